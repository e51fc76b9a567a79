namespace ZooPrune.Text;

/// <summary>Gives the values of expressions. For one rendering.</summary>
/// <param name="budget">What the rendering may take.</param>
/// <param name="functions">What every template can call.</param>
internal sealed class ExpressionEvaluator(TemplateBudget budget, TemplateFunctions functions)
{
    /// <summary>Line of what is evaluated; after a fault, of what failed.</summary>
    public int Line { get; set; } = 1;

    public object? Evaluate(TemplateExpression expression, TemplateScope scope)
    {
        int line = Line;
        Line = expression.Line;
        budget.Enter();
        object? value = ValueOf(expression, scope);
        budget.Leave();
        Line = line;
        return value;
    }

    public bool IsTrue(TemplateExpression expression, TemplateScope scope) => ValueComparison.IsTrue(Evaluate(expression, scope));

    /// <summary>A text through the filters of a block.</summary>
    public object? Filter(FilterExpression filter, string text, TemplateScope scope) => functions.Filter(
        filter.Name,
        filter.Input is FilterExpression inner ? Filter(inner, text, scope) : text,
        Arguments(filter.Arguments, scope));

    private object? ValueOf(TemplateExpression expression, TemplateScope scope) => expression switch
    {
        LiteralExpression literal => literal.Value,
        NameExpression name => scope.TryGet(name.Name, budget, out object? value) ? value : functions.Global(name.Name),
        SequenceExpression sequence => new SequenceValue(All(sequence.Items, scope), sequence.Kind),
        DictionaryExpression dictionary => Dictionary(dictionary, scope),
        UnaryExpression unary => Unary(unary, scope),
        BinaryExpression { Operator: "and" } both =>
            Evaluate(both.Left, scope) is var left && ValueComparison.IsTrue(left) ? Evaluate(both.Right, scope) : left,
        BinaryExpression { Operator: "or" } either =>
            Evaluate(either.Left, scope) is var left && ValueComparison.IsTrue(left) ? left : Evaluate(either.Right, scope),
        BinaryExpression binary =>
            ValueArithmetic.Calculate(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), budget),
        ConcatenationExpression concatenation => ValueArithmetic.Concatenate(All(concatenation.Items, scope), budget),
        ComparisonExpression comparison => Compare(comparison, scope),
        ConditionalExpression conditional => IsTrue(conditional.Condition, scope) ? Evaluate(conditional.Then, scope)
            : conditional.Else is null ? new UndefinedValue("an 'if' without 'else' whose condition is false") : Evaluate(conditional.Else, scope),
        MemberExpression member => ValueAccess.Member(Evaluate(member.Target, scope), member.Name, budget),
        IndexExpression index => ValueAccess.Index(Evaluate(index.Target, scope), Evaluate(index.Key, scope), budget),
        SliceExpression slice => ValueAccess.Slice(
            Evaluate(slice.Target, scope), Optional(slice.Start, scope), Optional(slice.Stop, scope), Optional(slice.Step, scope), budget),
        CallExpression call => Call(Evaluate(call.Target, scope), Arguments(call.Arguments, scope)),
        FilterExpression filter => functions.Filter(filter.Name, Evaluate(filter.Input!, scope), Arguments(filter.Arguments, scope)),
        TestExpression test => functions.Test(test.Name, Evaluate(test.Input, scope), Arguments(test.Arguments, scope)),
        _ => throw Throw.TemplateUnsupported(expression.GetType().Name),
    };

    private object? Optional(TemplateExpression? expression, TemplateScope scope) => expression is null ? null : Evaluate(expression, scope);

    private List<object?> All(IReadOnlyList<TemplateExpression> expressions, TemplateScope scope)
    {
        var values = new List<object?>(expressions.Count);
        foreach (TemplateExpression expression in expressions)
        {
            values.Add(Evaluate(expression, scope));
        }

        return values;
    }

    private DictionaryValue Dictionary(DictionaryExpression expression, TemplateScope scope)
    {
        var dictionary = new DictionaryValue();
        foreach ((TemplateExpression key, TemplateExpression value) in expression.Items)
        {
            dictionary.Set(Evaluate(key, scope), Evaluate(value, scope), budget);
        }

        return dictionary;
    }

    private object? Unary(UnaryExpression unary, TemplateScope scope)
    {
        object? value = Evaluate(unary.Operand, scope);
        return unary.Operator switch
        {
            "not" => !ValueComparison.IsTrue(value),
            "-" => ValueArithmetic.Negate(value),
            _ => value is double ? value : ValueComparison.Numeric(value) as long? ?? ValueArithmetic.ToDouble(value),
        };
    }

    private bool Compare(ComparisonExpression comparison, TemplateScope scope)
    {
        object? left = Evaluate(comparison.First, scope);
        foreach ((string op, TemplateExpression operand) in comparison.Rest)
        {
            object? right = Evaluate(operand, scope);
            if (!functions.Compare(op, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private CallArguments Arguments(ArgumentExpressions arguments, TemplateScope scope)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.Count == 0)
        {
            return CallArguments.None;
        }

        List<object?> positional = All(arguments.Positional, scope);
        var named = new List<(string, object?)>();
        foreach ((string name, TemplateExpression value) in arguments.Named)
        {
            named.Add((name, Evaluate(value, scope)));
        }

        return new CallArguments(positional, named);
    }

    private static object? Call(object? target, CallArguments arguments) => target switch
    {
        FunctionValue function => function.Invoke(arguments),
        UndefinedValue undefined => throw Throw.TemplateUndefined(undefined.Name),
        _ => throw Throw.TemplateType($"{ValueText.TypeName(target)} is called", "a function"),
    };
}

/// <summary>Variables of a block. What is set within a loop or macro is not seen outside, as in Jinja.</summary>
/// <param name="outer">Where to look next; null for the outermost.</param>
internal sealed class TemplateScope(TemplateScope? outer)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _variables[name] = value;

    public bool TryGet(string name, TemplateBudget budget, out object? value)
    {
        int looked = 0;
        bool isFound = false;
        value = null;
        for (TemplateScope? scope = this; scope is not null && !isFound; scope = scope.Outer)
        {
            isFound = scope._variables.TryGetValue(name, out value);
            looked++;
        }

        budget.SpendLookup(looked);
        return isFound;
    }

    private TemplateScope? Outer => outer;
}
