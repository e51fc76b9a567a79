using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>Jinja's filters that give a text or a number.</summary>
/// <param name="budget">What the rendering may take.</param>
internal sealed class TextFilters(TemplateBudget budget)
{
    private const string WordStarts = "-({[< \t\n\r\v\f";

    public static bool Has(string name) => name is "upper" or "lower" or "capitalize" or "title" or "trim" or "string" or "replace"
        or "indent" or "tojson" or "int" or "float" or "abs";

    public object? Apply(string name, object? value, CallArguments arguments) => name switch
    {
        "upper" => TemplateText.Upper(Text(name, value, arguments)),
        "lower" => TemplateText.Lower(Text(name, value, arguments)),
        "capitalize" => TemplateText.Capitalize(Text(name, value, arguments)),
        "title" => Title(Text(name, value, arguments), budget),
        "string" => Text(name, value, arguments),
        "trim" => Trim(value, arguments),
        "replace" => Replace(value, arguments),
        "indent" => Indent(value, arguments),
        "tojson" => ToJson(value, arguments),
        "int" => Whole(value, arguments),
        "float" => Real(value, arguments),
        _ => Absolute(value, arguments),
    };

    private string Text(string name, object? value, CallArguments arguments)
    {
        arguments.Bind(name);
        return Print(value);
    }

    private string Print(object? value)
    {
        string text = ValueText.Print(value, budget);
        budget.SpendText(text.Length);
        return text;
    }

    /// <summary>Unlike str.title: words start after white space, hyphens and opening brackets only.</summary>
    private static string Title(string text, TemplateBudget budget)
    {
        budget.Spend(text.Length);
        var result = new StringBuilder(text.Length);
        bool isStart = true;
        foreach (Rune rune in text.EnumerateRunes())
        {
            string letter = rune.ToString();
            result.Append(isStart ? TemplateText.Upper(letter) : TemplateText.Lower(letter));
            isStart = rune.IsBmp && (WordStarts.Contains((char)rune.Value, StringComparison.Ordinal) || TemplateText.IsSpace((char)rune.Value));
        }

        return result.ToString();
    }

    private string Trim(object? value, CallArguments arguments)
    {
        string? characters = CallArguments.OptionalText("trim", arguments.Bind("trim", "chars?")[0]);
        return TemplateText.TrimEnd(TemplateText.TrimStart(Print(value), characters, budget), characters, budget);
    }

    private string Replace(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("replace", "old", "new", "count?");
        return TextMethods.Replace(Print(value), [Print(bound[0]), Print(bound[1]), bound[2] ?? CallArguments.Absent], budget);
    }

    private string Indent(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("indent", "width?", "first?", "blank?");
        string indent = bound[0] as string ?? Blanks(CallArguments.Whole("indent", bound[0], 4));
        string text = CallArguments.Text("indent", value);
        budget.SpendText(text.Length);
        budget.Spend(text.AsSpan().Count('\n'));
        string[] lines = text.Split('\n');
        if (lines.Any(line => line.Contains('\r', StringComparison.Ordinal) || TemplateText.HasUnusualLineEnd(line)))
        {
            throw Throw.TemplateUnsupported("'indent' at unusual line ends");
        }

        budget.SpendText(lines.Sum(line => (long)line.Length + indent.Length));
        bool indentsBlank = CallArguments.Flag(bound[2]);
        for (int at = 0; at < lines.Length; at++)
        {
            bool isIndented = at == 0 ? CallArguments.Flag(bound[1]) : indentsBlank || lines[at].Length > 0;
            lines[at] = isIndented ? indent + lines[at] : lines[at];
        }

        return string.Join('\n', lines);
    }

    private string Blanks(long count)
    {
        budget.SpendText(count);
        return new string(' ', (int)Math.Max(count, 0));
    }

    private string ToJson(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("tojson", "ensure_ascii?", "indent?", "separators?", "sort_keys?");
        string? indent = bound[1] is null || CallArguments.IsAbsent(bound[1]) ? null
            : bound[1] as string ?? Blanks(CallArguments.Whole("tojson", bound[1], 0));
        SequenceValue? separators = CallArguments.IsAbsent(bound[2]) || bound[2] is null ? null
            : bound[2] is SequenceValue { IsIndexable: true, Items.Count: 2 } pair ? pair
            : throw Throw.TemplateArguments("tojson", "other separators", "two texts");
        return new ValueJson(budget)
        {
            EscapesNonAscii = CallArguments.Flag(bound[0]),
            Indent = indent,
            SortsKeys = CallArguments.Flag(bound[3]),
            ItemSeparator = separators is null ? (indent is null ? ", " : ",") : CallArguments.Text("tojson", separators.Items[0]),
            KeySeparator = separators is null ? ": " : CallArguments.Text("tojson", separators.Items[1]),
        }.Write(value);
    }

    private object? Whole(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("int", "default?", "base?");
        budget.SpendKey(value);
        if (CallArguments.Whole("int", bound[1], 10) != 10)
        {
            throw Throw.TemplateUnsupported("'int' with another base than 10");
        }

        object? fallback = CallArguments.IsAbsent(bound[0]) ? 0L : bound[0];
        return ValueComparison.Numeric(value) switch
        {
            long number => number,
            double number when Math.Abs(number) < 9e18 => (long)number,
            string text when long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) => number,
            string text when IsReal(text, out double number) && Math.Abs(number) < 9e18 => (long)number,
            UndefinedValue undefined => throw Throw.TemplateUndefined(undefined.Name),
            string text when text.Any(character => character is '_' or > '\x7f') || text.Length > 18 =>
                throw Throw.TemplateUnsupported("reading this text as a number"),
            _ => fallback,
        };
    }

    private object? Real(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("float", "default?");
        budget.SpendKey(value);
        return ValueComparison.Numeric(value) switch
        {
            long number => (double)number,
            double number => number,
            string text when IsReal(text, out double number) => number,
            UndefinedValue undefined => throw Throw.TemplateUndefined(undefined.Name),
            string text when text.Any(character => character is '_' or > '\x7f' or 'n' or 'N' or 'i' or 'I') =>
                throw Throw.TemplateUnsupported("reading this text as a number"),
            _ => CallArguments.IsAbsent(bound[0]) ? 0.0 : bound[0],
        };
    }

    private static bool IsReal(string text, out double number) => double.TryParse(
        text,
        NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowLeadingSign
            | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
        CultureInfo.InvariantCulture,
        out number) && double.IsFinite(number);

    private static object? Absolute(object? value, CallArguments arguments)
    {
        arguments.Bind("abs");
        return ValueComparison.Numeric(value) switch
        {
            long number => number < 0 ? ValueArithmetic.Negate(number) : number,
            _ => Math.Abs(ValueArithmetic.ToDouble(value)),
        };
    }
}
