using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>What every template can call: functions, filters, tests and comparisons.</summary>
internal sealed class TemplateFunctions
{
    /// <summary>Most numbers of range(), as Jinja's sandbox has it.</summary>
    private const int MaxRange = 100_000;

    private readonly TemplateBudget _budget;
    private readonly TemplateTests _tests;
    private readonly TextFilters _textFilters;
    private readonly SequenceFilters _sequenceFilters;
    private readonly TimeProvider _clock;

    public TemplateFunctions(TemplateBudget budget, TimeProvider clock)
    {
        _budget = budget;
        _clock = clock;
        _tests = new TemplateTests(this, budget);
        _textFilters = new TextFilters(budget);
        _sequenceFilters = new SequenceFilters(this, budget);
    }

    /// <summary>What a name stands for that is no variable.</summary>
    public object? Global(string name) => name switch
    {
        "range" => new FunctionValue(name, Range),
        "namespace" => new FunctionValue(name, Namespace),
        "dict" => new FunctionValue(name, Dictionary),
        "raise_exception" => new FunctionValue(
            name, arguments => throw Throw.TemplateRaised(ValueText.Print(arguments.Bind(name, "message")[0], _budget))),
        "strftime_now" => new FunctionValue(
            name,
            arguments => TemplateClock.Format(
                _clock.GetLocalNow(), CallArguments.Text(name, arguments.Bind(name, "format")[0]), _budget)),
        "cycler" or "joiner" or "lipsum" or "varargs" or "kwargs" or "caller" or "self" => throw Throw.TemplateUnsupported($"'{name}'"),
        _ => new UndefinedValue($"'{name}'"),
    };

    public object? Filter(string name, object? value, CallArguments arguments)
    {
        _budget.Spend(1);
        return name switch
        {
            "default" or "d" => Default(name, value, arguments),
            "length" or "count" => Length(name, value, arguments),
            _ when TextFilters.Has(name) => _textFilters.Apply(name, value, arguments),
            _ when SequenceFilters.Has(name) => _sequenceFilters.Apply(name, value, arguments),
            _ => throw Throw.TemplateUnsupported($"the filter '{name}'"),
        };
    }

    public bool Test(string name, object? value, CallArguments arguments)
    {
        _budget.Spend(1);
        return _tests.Apply(name, value, arguments);
    }

    public bool Compare(string op, object? left, object? right) => op switch
    {
        "==" => ValueComparison.AreEqual(left, right, _budget),
        "!=" => !ValueComparison.AreEqual(left, right, _budget),
        "in" => ValueComparison.Contains(right, left, _budget),
        "not in" => !ValueComparison.Contains(right, left, _budget),
        _ when ValueComparison.Numeric(left) is double.NaN || ValueComparison.Numeric(right) is double.NaN => false,
        "<" => ValueComparison.Order(left, right, _budget) < 0,
        "<=" => ValueComparison.Order(left, right, _budget) <= 0,
        ">" => ValueComparison.Order(left, right, _budget) > 0,
        _ => ValueComparison.Order(left, right, _budget) >= 0,
    };

    private long Length(string name, object? value, CallArguments arguments)
    {
        arguments.Bind(name);
        return ValueAccess.Length(value, _budget);
    }

    private static object? Default(string name, object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind(name, "default_value?", "boolean?");
        bool isMissing = value is UndefinedValue || (CallArguments.Flag(bound[1]) && !ValueComparison.IsTrue(value));
        return !isMissing ? value : CallArguments.IsAbsent(bound[0]) ? "" : bound[0];
    }

    private SequenceValue Range(CallArguments arguments)
    {
        object?[] bound = arguments.Bind("range", "start", "stop?", "step?");
        bool isCount = CallArguments.IsAbsent(bound[1]);
        long start = isCount ? 0 : CallArguments.Whole("range", bound[0], 0);
        long stop = CallArguments.Whole("range", bound[isCount ? 0 : 1], 0);
        long step = CallArguments.Whole("range", bound[2], 1);
        if (step == 0)
        {
            throw Throw.TemplateArguments("range", "the step 0", "another step");
        }

        var numbers = new List<object?>();
        for (Int128 at = start; step > 0 ? at < stop : at > stop; at += step)
        {
            if (numbers.Count == MaxRange)
            {
                throw Throw.TemplateLimit("a range", MaxRange);
            }

            numbers.Add((long)at);
        }

        _budget.Spend(numbers.Count);
        return new SequenceValue(numbers, SequenceKind.Range);
    }

    private NamespaceValue Namespace(CallArguments arguments)
    {
        var result = new NamespaceValue();
        DictionaryValue members = Dictionary(arguments);
        _budget.SpendEntries(members.Items.Count);
        foreach ((object? key, object? value) in members.Items)
        {
            result.Members[CallArguments.Text("namespace", key)] = value;
        }

        return result;
    }

    private DictionaryValue Dictionary(CallArguments arguments)
    {
        var result = new DictionaryValue();
        foreach (object? from in arguments.Positional)
        {
            if (from is not DictionaryValue dictionary || arguments.Positional.Count > 1)
            {
                throw Throw.TemplateUnsupported("'dict' or 'namespace' of anything but names and one dictionary");
            }

            _budget.SpendEntries(dictionary.Items.Count);
            foreach ((object? key, object? value) in dictionary.Items)
            {
                result.Set(key, value, _budget);
            }
        }

        foreach ((string name, object? value) in arguments.Named)
        {
            result.Set(name, value, _budget);
        }

        return result;
    }
}

/// <summary>strftime_now, with English names as in C's own locale.</summary>
internal static class TemplateClock
{
    public static string Format(DateTimeOffset now, string format, TemplateBudget budget)
    {
        budget.Spend(format.Length);
        var result = new StringBuilder();
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            at++;
            string code = at < format.Length ? format.Substring(at, 1) : "";
            string? pattern = code switch
            {
                "Y" => "yyyy",
                "y" => "yy",
                "m" => "MM",
                "b" => "MMM",
                "B" => "MMMM",
                "d" => "dd",
                "a" => "ddd",
                "A" => "dddd",
                "H" => "HH",
                "I" => "hh",
                "M" => "mm",
                "S" => "ss",
                "p" => "tt",
                "F" => "yyyy-MM-dd",
                "T" => "HH:mm:ss",
                "%" => "\\%",
                "j" => null,
                _ => throw Throw.TemplateUnsupported($"'%{code}' in a date"),
            };
            result.Append(pattern is null
                ? now.DayOfYear.ToString("000", CultureInfo.InvariantCulture)
                : now.ToString($" {pattern}", CultureInfo.InvariantCulture)[1..]);
        }

        return result.ToString();
    }
}
