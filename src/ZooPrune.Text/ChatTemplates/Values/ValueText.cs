using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>Values as Python prints them.</summary>
internal static class ValueText
{
    private const int MaxDepth = 50;

    /// <summary>str(value).</summary>
    public static string Print(object? value, TemplateBudget budget)
    {
        if (value is string text)
        {
            return text;
        }

        if (value is UndefinedValue)
        {
            return "";
        }

        var result = new StringBuilder();
        Represent(value, result, budget, depth: 0);
        return result.ToString();
    }

    /// <summary>float.__repr__: the shortest digits that give the number back.</summary>
    public static string Print(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // "R" gives the digits; where the point stands differs from Python.
        string[] parts = value.ToString("E16", CultureInfo.InvariantCulture).Split('E');
        string shortest = value.ToString("R", CultureInfo.InvariantCulture).Split('E')[0].Replace(".", "", StringComparison.Ordinal);
        string digits = shortest.TrimStart('-').Trim('0');
        digits = digits.Length == 0 ? "0" : digits;
        int exponent = value == 0 ? 0 : Exponent(value, parts[1]);
        string sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        return exponent < 0 ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : digits.Length <= exponent + 1 ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>What Python calls the value's type.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        UndefinedValue => "undefined",
        SequenceValue sequence => sequence.Kind.ToString().ToLowerInvariant(),
        DictionaryValue => "dict",
        NamespaceValue => "namespace",
        _ => "function",
    };

    private static int Exponent(double value, string exponent)
    {
        // Sixteen digits may round 9.99... up to the next power of ten where the shortest do not.
        int result = int.Parse(exponent, CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        return shortest.Contains('E', StringComparison.Ordinal) ? int.Parse(shortest.Split('E')[1], CultureInfo.InvariantCulture) : result;
    }

    private static void Represent(object? value, StringBuilder result, TemplateBudget budget, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Throw.TemplateLimit("the nesting of a value", MaxDepth);
        }

        int start = result.Length;
        switch (value)
        {
            case null:
                result.Append("None");
                break;
            case bool truth:
                result.Append(truth ? "True" : "False");
                break;
            case long number:
                result.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                result.Append(Print(number));
                break;
            case string text:
                Quote(text, result);
                break;
            case UndefinedValue:
                result.Append("Undefined");
                break;
            case SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                bool isList = sequence.Kind == SequenceKind.List;
                result.Append(isList ? '[' : '(');
                RepresentAll(sequence.Items, result, budget, depth);
                result.Append(isList ? "]" : sequence.Items.Count == 1 ? ",)" : ")");
                break;
            case DictionaryValue dictionary:
                RepresentDictionary(dictionary, result, budget, depth);
                break;
            default:
                throw Throw.TemplateUnsupported($"printing a value of the type {TypeName(value)}");
        }

        budget.Spend(1);
        budget.SpendText(result.Length - start);
    }

    private static void RepresentAll(IReadOnlyList<object?> items, StringBuilder result, TemplateBudget budget, int depth)
    {
        for (int at = 0; at < items.Count; at++)
        {
            result.Append(at > 0 ? ", " : "");
            Represent(items[at], result, budget, depth + 1);
        }
    }

    private static void RepresentDictionary(DictionaryValue dictionary, StringBuilder result, TemplateBudget budget, int depth)
    {
        string separator = "{";
        foreach ((object? key, object? value) in dictionary.Items)
        {
            result.Append(separator);
            Represent(key, result, budget, depth + 1);
            result.Append(": ");
            Represent(value, result, budget, depth + 1);
            separator = ", ";
        }

        result.Append(dictionary.Items.Count == 0 ? "{}" : "}");
    }

    /// <summary>str.__repr__: single quotes, unless there are such in the text and no double ones.</summary>
    private static void Quote(string text, StringBuilder result)
    {
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        result.Append(quote);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int code = rune.Value;
            int known = code < 128 ? "\n\r\t\\".IndexOf((char)code, StringComparison.Ordinal) : -1;
            result.Append(
                known >= 0 ? $"\\{"nrt\\"[known]}"
                : code == quote ? $"\\{quote}"
                : TemplateText.IsPrintable(rune) ? rune.ToString()
                : code < 0x100 ? $"\\x{code:x2}"
                : code < 0x10000 ? $"\\u{code:x4}"
                : $"\\U{code:x8}");
        }

        result.Append(quote);
    }
}
