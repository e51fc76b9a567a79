namespace ZooPrune.Text;

/// <summary>Truth, equality, order and membership of values, as in Python.</summary>
internal static class ValueComparison
{
    private const int MaxDepth = 50;

    public static bool IsTrue(object? value) => value switch
    {
        null or UndefinedValue => false,
        bool truth => truth,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        SequenceValue { Kind: SequenceKind.Generator } => true,
        SequenceValue sequence => sequence.Items.Count > 0,
        DictionaryValue dictionary => dictionary.Items.Count > 0,
        _ => true,
    };

    /// <summary>A bool as the number that it is in Python; others as they are.</summary>
    public static object? Numeric(object? value) => value is bool truth ? (truth ? 1L : 0L) : value;

    public static bool AreEqual(object? left, object? right, TemplateBudget budget, int depth = 0)
    {
        budget.Spend(1);
        return depth > MaxDepth
            ? throw Throw.TemplateLimit("the nesting of a value", MaxDepth)
            : (Numeric(left), Numeric(right)) switch
            {
                (null, null) => true,
                (long a, long b) => a == b,
                (double a, double b) => a == b,
                (long a, double b) => AreSame(a, b),
                (double a, long b) => AreSame(b, a),
                (string a, string b) => Spent(a, budget) && a == b,
                (UndefinedValue, UndefinedValue) => true,
                (SequenceValue a, SequenceValue b) => ReferenceEquals(a, b) || (a.Kind == b.Kind && AreEqual(a, b, budget, depth)),
                (DictionaryValue a, DictionaryValue b) => AreEqual(a, b, budget, depth),
                (var a, var b) => ReferenceEquals(a, b),
            };
    }

    /// <summary>Negative where left comes first, positive where right does.</summary>
    public static int Order(object? left, object? right, TemplateBudget budget, int depth = 0)
    {
        budget.Spend(1);
        if (depth > MaxDepth)
        {
            throw Throw.TemplateLimit("the nesting of a value", MaxDepth);
        }

        switch (Numeric(left), Numeric(right))
        {
            case (long a, long b):
                return a.CompareTo(b);
            case (long or double, long or double):
                return ValueArithmetic.ToDouble(left).CompareTo(ValueArithmetic.ToDouble(right));
            case (string a, string b):
                Spent(a, budget);
                return TemplateText.Compare(a, b);
            case (SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple } a, SequenceValue b) when a.Kind == b.Kind:
                for (int at = 0; at < Math.Min(a.Items.Count, b.Items.Count); at++)
                {
                    if (!AreEqual(a.Items[at], b.Items[at], budget, depth + 1))
                    {
                        return Order(a.Items[at], b.Items[at], budget, depth + 1);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);
            default:
                throw Throw.TemplateType(
                    $"{ValueText.TypeName(left)} is compared with {ValueText.TypeName(right)}", "two numbers or two texts");
        }
    }

    /// <summary>"item in container".</summary>
    public static bool Contains(object? container, object? item, TemplateBudget budget)
    {
        switch (container)
        {
            case string text:
                budget.SpendSearch(text, item as string ?? "");
                return item is string part
                    ? text.Contains(part, StringComparison.Ordinal)
                    : throw Throw.TemplateType($"{ValueText.TypeName(item)} is looked for in a text", "a text");
            case DictionaryValue dictionary:
                return dictionary.TryGet(item, budget, out _);
            case SequenceValue { Kind: SequenceKind.Generator } generator:
                while (generator.TryFirst(out object? next))
                {
                    if (AreEqual(next, item, budget))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return ValueAccess.Walk(container, budget).Any(other => AreEqual(other, item, budget));
        }
    }

    private static bool AreSame(long whole, double real) => real == Math.Floor(real) && Math.Abs(real) < 9.2e18 && (long)real == whole;

    private static bool Spent(string text, TemplateBudget budget)
    {
        budget.SpendText(text.Length);
        return true;
    }

    private static bool AreEqual(SequenceValue left, SequenceValue right, TemplateBudget budget, int depth)
    {
        if (left.Kind is not (SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range))
        {
            throw Throw.TemplateUnsupported($"comparing values of the type {ValueText.TypeName(left)}");
        }

        bool areEqual = left.Items.Count == right.Items.Count;
        for (int at = 0; areEqual && at < left.Items.Count; at++)
        {
            areEqual = AreEqual(left.Items[at], right.Items[at], budget, depth + 1);
        }

        return areEqual;
    }

    private static bool AreEqual(DictionaryValue left, DictionaryValue right, TemplateBudget budget, int depth) =>
        left.Items.Count == right.Items.Count
        && left.Items.All(item => right.TryGet(item.Key, budget, out object? other) && AreEqual(item.Value, other, budget, depth + 1));
}
