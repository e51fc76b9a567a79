using System.Text;

namespace ZooPrune.Text;

/// <summary>The methods of str that templates use.</summary>
internal static class TextMethods
{
    private static readonly HashSet<string> Missing =
    [
        "casefold", "center", "encode", "expandtabs", "format", "format_map", "isalnum", "isascii", "isdecimal", "isidentifier", "isnumeric",
        "isprintable", "istitle", "ljust", "maketrans", "rindex", "rjust", "swapcase", "translate", "zfill",
    ];

    /// <summary>A method of a text; null where Python has none of that name.</summary>
    public static FunctionValue? Find(string text, string name, TemplateBudget budget)
    {
        Func<CallArguments, object?>? method = name switch
        {
            "upper" => arguments => None(name, arguments, TemplateText.Upper(text)),
            "lower" => arguments => None(name, arguments, TemplateText.Lower(text)),
            "title" => arguments => None(name, arguments, TemplateText.Title(text, budget)),
            "capitalize" => arguments => None(name, arguments, TemplateText.Capitalize(text)),
            "strip" or "lstrip" or "rstrip" => arguments => Strip(text, name, arguments, budget),
            "split" or "rsplit" => arguments => Split(text, name, arguments, budget),
            "splitlines" => arguments => SplitLines(text, arguments, budget),
            "partition" or "rpartition" => arguments => Partition(text, name, arguments, budget),
            "replace" => arguments => Replace(text, arguments.Bind(name, "old", "new", "count?"), budget),
            "startswith" => arguments => Edge(name, arguments, budget, part => text.StartsWith(part, StringComparison.Ordinal)),
            "endswith" => arguments => Edge(name, arguments, budget, part => text.EndsWith(part, StringComparison.Ordinal)),
            "find" => arguments => TemplateText.Index(text, text.IndexOf(Sought(text, name, arguments, budget), StringComparison.Ordinal)),
            "rfind" => arguments => TemplateText.Index(text, LastIndexOf(text, Sought(text, name, arguments, budget))),
            "index" => arguments => IndexOf(text, Sought(text, name, arguments, budget)),
            "count" => arguments => (long)Count(text, Sought(text, name, arguments, budget)),
            "join" => arguments => Join(text, arguments.Bind(name, "items")[0], budget),
            "removeprefix" => arguments => One(name, arguments) is var part && text.StartsWith(part, StringComparison.Ordinal)
                ? text[part.Length..]
                : text,
            "removesuffix" => arguments => One(name, arguments) is var part && text.EndsWith(part, StringComparison.Ordinal)
                ? text[..^part.Length]
                : text,
            "isspace" => arguments => None(name, arguments, TemplateText.IsBlank(text)),
            "isdigit" => arguments => None(name, arguments, Ascii(text, name) && text.Length > 0 && text.All(char.IsAsciiDigit)),
            "isalpha" => arguments => None(name, arguments, text.Length > 0 && text.EnumerateRunes().All(Rune.IsLetter)),
            "isupper" => arguments => None(name, arguments, Ascii(text, name) && text.Any(char.IsAsciiLetter) && !text.Any(char.IsAsciiLetterLower)),
            "islower" => arguments => None(name, arguments, Ascii(text, name) && text.Any(char.IsAsciiLetter) && !text.Any(char.IsAsciiLetterUpper)),
            _ when Missing.Contains(name) => throw Throw.TemplateUnsupported($"the method '{name}' of a text"),
            _ => null,
        };
        return method is null ? null : new FunctionValue(name, arguments =>
        {
            budget.SpendText(text.Length);
            return method(arguments);
        });
    }

    /// <summary>str.replace with the parameters old, new and count.</summary>
    public static string Replace(string text, object?[] arguments, TemplateBudget budget)
    {
        string old = CallArguments.Text("replace", arguments[0]);
        string with = CallArguments.Text("replace", arguments[1]);
        long limit = CallArguments.Whole("replace", arguments[2], -1);
        if (old.Length == 0)
        {
            throw Throw.TemplateUnsupported("'replace' of an empty text");
        }

        budget.SpendSearch(text, old);
        int found = Count(text, old);
        long count = limit < 0 ? found : Math.Min(found, limit);
        budget.SpendText(text.Length + (count * ((long)with.Length - old.Length)));
        if (count == found)
        {
            return text.Replace(old, with, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        int at = 0;
        for (; count > 0; count--)
        {
            int next = text.IndexOf(old, at, StringComparison.Ordinal);
            result.Append(text, at, next - at).Append(with);
            at = next + old.Length;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private static object? None(string name, CallArguments arguments, object? result)
    {
        arguments.Bind(name);
        return result;
    }

    private static string One(string name, CallArguments arguments) => CallArguments.Text(name, arguments.Bind(name, "text")[0]);

    /// <summary>The argument of a method that looks for it in the text.</summary>
    private static string Sought(string text, string name, CallArguments arguments, TemplateBudget budget)
    {
        string part = One(name, arguments);
        budget.SpendSearch(text, part);
        return part;
    }

    private static string Strip(string text, string name, CallArguments arguments, TemplateBudget budget)
    {
        string? characters = CallArguments.OptionalText(name, arguments.Bind(name, "chars?")[0]);
        string start = name == "rstrip" ? text : TemplateText.TrimStart(text, characters, budget);
        return name == "lstrip" ? start : TemplateText.TrimEnd(start, characters, budget);
    }

    private static SequenceValue Split(string text, string name, CallArguments arguments, TemplateBudget budget)
    {
        object?[] bound = arguments.Bind(name, "sep?", "maxsplit?");
        string? separator = CallArguments.OptionalText(name, bound[0]);
        long limit = CallArguments.Whole(name, bound[1], -1);
        if (separator is { Length: 0 })
        {
            throw Throw.TemplateArguments(name, "an empty text", "a separator");
        }

        budget.Spend(text.Length);
        if (separator is not null)
        {
            budget.SpendSearch(text, separator);
            return new SequenceValue([.. name == "split" ? FromLeft(text, separator, limit) : FromRight(text, separator, limit)]);
        }

        List<string> words = Words(text);
        return limit < 0 || words.Count <= limit
            ? new SequenceValue([.. words])
            : throw Throw.TemplateUnsupported($"'{name}' at white space with a limit");
    }

    private static List<string> FromLeft(string text, string separator, long limit)
    {
        var parts = new List<string>();
        int start = 0;
        for (int at; parts.Count != limit && (at = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = at + separator.Length)
        {
            parts.Add(text[start..at]);
        }

        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>Not the same cuts as from the left where separators overlap: three line breaks have two double ones.</summary>
    private static List<string> FromRight(string text, string separator, long limit)
    {
        var parts = new List<string>();
        int end = text.Length;
        for (int at; parts.Count != limit && (at = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = at)
        {
            parts.Add(text[(at + separator.Length)..end]);
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        int start = 0;
        for (int at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || TemplateText.IsSpace(text[at]))
            {
                if (at > start)
                {
                    words.Add(text[start..at]);
                }

                start = at + 1;
            }
        }

        return words;
    }

    private static SequenceValue SplitLines(string text, CallArguments arguments, TemplateBudget budget)
    {
        arguments.Bind("splitlines");
        budget.Spend(text.Length);
        if (TemplateText.HasUnusualLineEnd(text))
        {
            throw Throw.TemplateUnsupported("'splitlines' at unusual line ends");
        }

        List<string> lines = [.. text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n')];
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return new SequenceValue([.. lines]);
    }

    private static SequenceValue Partition(string text, string name, CallArguments arguments, TemplateBudget budget)
    {
        string separator = Sought(text, name, arguments, budget);
        if (separator.Length == 0)
        {
            throw Throw.TemplateArguments(name, "an empty text", "a separator");
        }

        bool isFirst = name == "partition";
        int at = isFirst ? text.IndexOf(separator, StringComparison.Ordinal) : text.LastIndexOf(separator, StringComparison.Ordinal);
        object?[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : isFirst ? [text, "", ""] : ["", "", text];
        return new SequenceValue(parts, SequenceKind.Tuple);
    }

    private static bool Edge(string name, CallArguments arguments, TemplateBudget budget, Func<string, bool> matches)
    {
        object? part = arguments.Bind(name, "text")[0];
        return part is SequenceValue { Kind: SequenceKind.Tuple } parts ? parts.Items.Any(Matches) : Matches(part);

        bool Matches(object? one)
        {
            string text = CallArguments.Text(name, one);
            budget.SpendText(text.Length);
            return matches(text);
        }
    }

    // LastIndexOf of an empty text differs between .NET versions; Python says the end.
    private static int LastIndexOf(string text, string part) =>
        part.Length == 0 ? text.Length : text.LastIndexOf(part, StringComparison.Ordinal);

    private static long IndexOf(string text, string part)
    {
        int at = text.IndexOf(part, StringComparison.Ordinal);
        return at >= 0 ? TemplateText.Index(text, at) : throw Throw.TemplateType("'index' finds nothing", "a text that is there");
    }

    private static int Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return TemplateText.Length(text) + 1;
        }

        int count = 0;
        for (int at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
        {
            count++;
        }

        return count;
    }

    private static string Join(string separator, object? items, TemplateBudget budget)
    {
        IReadOnlyList<object?> parts = ValueAccess.Walk(items, budget);
        budget.SpendText(parts.Sum(part => (long)CallArguments.Text("join", part).Length + separator.Length));
        return string.Join(separator, parts);
    }

    private static bool Ascii(string text, string name) =>
        System.Text.Ascii.IsValid(text) ? true : throw Throw.TemplateUnsupported($"'{name}' of a text beyond ASCII");
}
