namespace ZooPrune.Text;

/// <summary>Jinja's tests: "value is name(arguments)".</summary>
/// <param name="functions">Knows comparisons.</param>
/// <param name="budget">What the rendering may take.</param>
internal sealed class TemplateTests(TemplateFunctions functions, TemplateBudget budget)
{
    public bool Apply(string name, object? value, CallArguments arguments)
    {
        string? comparison = name switch
        {
            "==" or "eq" or "equalto" => "==",
            "!=" or "ne" => "!=",
            "<" or "lt" or "lessthan" => "<",
            "<=" or "le" => "<=",
            ">" or "gt" or "greaterthan" => ">",
            ">=" or "ge" => ">=",
            "in" => "in",
            _ => null,
        };
        if (comparison is not null)
        {
            return functions.Compare(comparison, value, arguments.Bind(name, "other")[0]);
        }

        if (name is "divisibleby" or "sameas")
        {
            object? other = arguments.Bind(name, "other")[0];
            return name == "sameas"
                ? IsSame(value, other)
                : ValueComparison.AreEqual(ValueArithmetic.Calculate("%", value, other, budget), 0L, budget);
        }

        arguments.Bind(name);
        return name switch
        {
            "defined" => value is not UndefinedValue,
            "undefined" => value is UndefinedValue,
            "none" => value is null,
            "true" => value is true,
            "false" => value is false,
            "boolean" => value is bool,
            "string" => value is string,
            "mapping" => value is DictionaryValue,
            "number" => value is bool or long or double,
            "integer" => value is long,
            "float" => value is double,
            "iterable" => value is string or DictionaryValue or SequenceValue or UndefinedValue,
            "sequence" => value is string or DictionaryValue or SequenceValue { IsIndexable: true } or UndefinedValue,
            "callable" => value is FunctionValue,
            "odd" => Remainder(value) is 1L or 1.0,
            "even" => Remainder(value) is 0L or 0.0,
            "lower" => IsCased(value, "islower"),
            "upper" => IsCased(value, "isupper"),
            _ => throw Throw.TemplateUnsupported($"the test '{name}'"),
        };
    }

    private object? Remainder(object? value) => ValueArithmetic.Calculate("%", value, 2L, budget);

    private bool IsCased(object? value, string method) =>
        TextMethods.Find(ValueText.Print(value, budget), method, budget)!.Invoke(CallArguments.None) is true;

    /// <summary>Python's "is": for values that are there once. Whether two texts or numbers are the same object is chance.</summary>
    private static bool IsSame(object? value, object? other) => value is null or bool || other is null or bool
        ? Equals(value, other)
        : throw Throw.TemplateUnsupported("the test 'sameas' of anything but none, true and false");
}
