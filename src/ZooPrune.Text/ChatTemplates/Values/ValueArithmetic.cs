using System.Numerics;
using System.Text;

namespace ZooPrune.Text;

/// <summary>The operators of arithmetic, as in Python; whole numbers of 64 bits, where Python has any length.</summary>
internal static class ValueArithmetic
{
    public static double ToDouble(object? value) => ValueComparison.Numeric(value) switch
    {
        long number => number,
        double number => number,
        _ => throw Throw.TemplateType($"a value of the type {ValueText.TypeName(value)} is calculated with", "a number"),
    };

    public static object? Negate(object? value) => ValueComparison.Numeric(value) switch
    {
        long number => Whole(-(BigInteger)number),
        var other => -ToDouble(other),
    };

    public static object? Calculate(string op, object? left, object? right, TemplateBudget budget)
    {
        (object? a, object? b) = (ValueComparison.Numeric(left), ValueComparison.Numeric(right));
        return (op, a, b) switch
        {
            (_, UndefinedValue undefined, _) => throw Throw.TemplateUndefined(undefined.Name),
            (_, _, UndefinedValue undefined) => throw Throw.TemplateUndefined(undefined.Name),
            ("+", string x, string y) => Join(x, y, budget),
            ("+", SequenceValue x, SequenceValue y) when x.Kind == y.Kind && x.Kind is SequenceKind.List or SequenceKind.Tuple =>
                Join(x, y, budget),
            ("*", string text, long count) => Repeat(text, count, budget),
            ("*", long count, string text) => Repeat(text, count, budget),
            ("*", SequenceValue { Kind: SequenceKind.List or SequenceKind.Tuple }, long) or ("*", long, SequenceValue) =>
                throw Throw.TemplateUnsupported("repeating a list"),
            ("%", string, _) => throw Throw.TemplateUnsupported("'%' on a text"),
            (_, long x, long y) => Integers(op, x, y),
            (_, long or double, long or double) => Reals(op, ToDouble(a), ToDouble(b)),
            _ => throw Throw.TemplateType(
                $"'{op}' is used on {ValueText.TypeName(left)} and {ValueText.TypeName(right)}", "two numbers, or two texts for '+'"),
        };
    }

    /// <summary>a ~ b: the values as text, one after the other.</summary>
    public static string Concatenate(IEnumerable<object?> values, TemplateBudget budget)
    {
        var result = new StringBuilder();
        foreach (object? value in values)
        {
            string text = ValueText.Print(value, budget);
            budget.SpendText(text.Length);
            result.Append(text);
        }

        return result.ToString();
    }

    private static string Join(string left, string right, TemplateBudget budget)
    {
        budget.SpendText((long)left.Length + right.Length);
        return left + right;
    }

    private static SequenceValue Join(SequenceValue left, SequenceValue right, TemplateBudget budget)
    {
        budget.Spend((long)left.Items.Count + right.Items.Count);
        return new SequenceValue([.. left.Items, .. right.Items], left.Kind);
    }

    private static string Repeat(string text, long count, TemplateBudget budget)
    {
        if (count <= 0 || text.Length == 0)
        {
            return "";
        }

        budget.SpendText(count > int.MaxValue ? long.MaxValue : text.Length * count);
        return new StringBuilder().Insert(0, text, (int)count).ToString();
    }

    private static object Integers(string op, long left, long right) => op switch
    {
        "+" => Whole((BigInteger)left + right),
        "-" => Whole((BigInteger)left - right),
        "*" => Whole((BigInteger)left * right),
        "**" when right >= 0 => Power(left, right),
        "/" => left / (double)NotZero(right),
        "//" => Whole(FloorDivide(left, NotZero(right))),
        "%" => (long)(left - (FloorDivide(left, NotZero(right)) * right)),
        _ => Reals(op, left, right),
    };

    private static object Reals(string op, double left, double right) => op switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / NotZero(right),
        "//" => Math.Floor(left / NotZero(right)),
        "%" => left - (Math.Floor(left / NotZero(right)) * right),
        "**" when left > 0 || right == Math.Floor(right) => Math.Pow(left == 0 && right < 0 ? NotZero(left) : left, right),
        _ => throw Throw.TemplateUnsupported($"'{op}' of these numbers"),
    };

    private static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out BigInteger rest);
        return !rest.IsZero && (rest.Sign < 0) != (right.Sign < 0) ? quotient - 1 : quotient;
    }

    private static object Power(long left, long right) => left switch
    {
        0 or 1 => right == 0 ? 1L : left,
        -1 => right % 2 == 0 ? 1L : -1L,
        _ => Whole(BigInteger.Pow(left, (int)Math.Min(right, 64))),
    };

    private static object Whole(BigInteger value) => value >= long.MinValue && value <= long.MaxValue
        ? (long)value
        : throw Throw.TemplateUnsupported("a whole number of more than 64 bits");

    private static T NotZero<T>(T value)
        where T : INumber<T> => T.IsZero(value) ? throw Throw.TemplateType("a number is divided by zero", "another number") : value;
}
