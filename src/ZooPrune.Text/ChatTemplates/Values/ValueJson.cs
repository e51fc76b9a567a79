using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>The filter tojson as transformers defines it: json.dumps, by default without escaping what is not ASCII.</summary>
/// <param name="budget">Bounds the output.</param>
internal sealed class ValueJson(TemplateBudget budget)
{
    private const int MaxDepth = 50;

    private readonly StringBuilder _result = new();

    public bool EscapesNonAscii { get; init; }

    /// <summary>What stands before each item for a level; null writes all on one line.</summary>
    public string? Indent { get; init; }

    public bool SortsKeys { get; init; }

    public string ItemSeparator { get; init; } = ", ";

    public string KeySeparator { get; init; } = ": ";

    public string Write(object? value)
    {
        _result.Clear();
        Write(value, depth: 0);
        return _result.ToString();
    }

    private void Write(object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Throw.TemplateLimit("the nesting of a value", MaxDepth);
        }

        int start = _result.Length;
        switch (value)
        {
            case string text:
                Quote(text);
                break;
            case SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                WriteAll('[', ']', sequence.Items, depth, item => Write(item, depth + 1));
                break;
            case DictionaryValue dictionary:
                IReadOnlyList<KeyValuePair<object?, object?>> items = SortsKeys
                    ? [.. dictionary.Items.Order(Comparer<KeyValuePair<object?, object?>>.Create(
                        (left, right) => ValueComparison.Order(left.Key, right.Key, budget)))]
                    : dictionary.Items;
                WriteAll('{', '}', items, depth, item =>
                {
                    Quote(item.Key is string text ? text : Scalar(item.Key));
                    _result.Append(KeySeparator);
                    Write(item.Value, depth + 1);
                });
                break;
            default:
                _result.Append(Scalar(value));
                break;
        }

        budget.Spend(1);
        budget.SpendText(_result.Length - start);
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number when double.IsFinite(number) => ValueText.Print(number),
        double number => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity",
        _ => throw Throw.TemplateType($"'tojson' gets a value of the type {ValueText.TypeName(value)}", "text, numbers, lists and dictionaries"),
    };

    private void WriteAll<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> write)
    {
        _result.Append(open);
        for (int at = 0; at < items.Count; at++)
        {
            _result.Append(at > 0 ? ItemSeparator : "");
            NewLine(depth + 1);
            write(items[at]);
        }

        if (items.Count > 0)
        {
            NewLine(depth);
        }

        _result.Append(close);
    }

    private void NewLine(int depth)
    {
        if (Indent is not null)
        {
            budget.SpendText((long)Indent.Length * depth);
            _result.Append('\n').Insert(_result.Length, Indent, depth);
        }
    }

    private void Quote(string text)
    {
        _result.Append('"');
        foreach (char unit in text)
        {
            int known = "\"\\\n\r\t\f\b".IndexOf(unit, StringComparison.Ordinal);
            if (known >= 0)
            {
                _result.Append('\\').Append("\"\\nrtfb"[known]);
            }
            else if (unit < ' ' || (EscapesNonAscii && unit > '~'))
            {
                // Python leaves DEL as it is in both modes.
                _result.Append(unit == '\x7f' ? "\x7f" : $"\\u{(int)unit:x4}");
            }
            else
            {
                _result.Append(unit);
            }
        }

        _result.Append('"');
    }
}
