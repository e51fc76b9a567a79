using System.Text;

namespace ZooPrune.Text;

/// <summary>Runs the statements of a template. For one rendering.</summary>
internal sealed class TemplateRenderer
{
    private readonly TemplateBudget _budget = new();
    private readonly ExpressionEvaluator _expressions;
    private StringBuilder _output = new();

    /// <param name="clock">What strftime_now asks.</param>
    public TemplateRenderer(TimeProvider clock) =>
        _expressions = new ExpressionEvaluator(_budget, new TemplateFunctions(_budget, clock));

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>Line that is run; after a fault, of what failed.</summary>
    public int Line => _expressions.Line;

    /// <exception cref="TemplateFault">The template cannot be run on these variables.</exception>
    public string Render(IReadOnlyList<TemplateStatement> template, TemplateScope variables)
    {
        Run(template, new TemplateScope(variables));
        return _output.ToString();
    }

    private Flow Run(IReadOnlyList<TemplateStatement> statements, TemplateScope scope)
    {
        foreach (TemplateStatement statement in statements)
        {
            _expressions.Line = statement.Line;
            _budget.Enter();
            Flow flow = Run(statement, scope);
            _budget.Leave();
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(TemplateStatement statement, TemplateScope scope)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(text.Text);
                return Flow.Next;
            case PrintStatement print:
                Write(ValueText.Print(_expressions.Evaluate(print.Value, scope), _budget));
                return Flow.Next;
            case IfStatement choice:
                return Run(Chosen(choice, scope), scope);
            case ForStatement loop:
                return Loop(loop, scope);
            case SetStatement set:
                Set(set, scope);
                return Flow.Next;
            case SetBlockStatement set:
                Assign(set.Target, Filtered(set.Filter, Captured(set.Body, new TemplateScope(scope)), scope), scope);
                return Flow.Next;
            case MacroStatement macro:
                scope.Set(macro.Name, new FunctionValue(macro.Name, arguments => Call(macro, arguments, scope)));
                return Flow.Next;
            case FilterStatement filter:
                object? filtered = Filtered(filter.Filter, Captured(filter.Body, new TemplateScope(scope)), scope);
                Write(ValueText.Print(filtered, _budget));
                return Flow.Next;
            case ScopeStatement block:
                return Run(block.Body, Variables(block, scope));
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            default:
                throw Throw.TemplateUnsupported(statement.GetType().Name);
        }
    }

    private void Write(string text)
    {
        _budget.SpendText((long)_output.Length + text.Length <= TemplateBudget.MaxText ? text.Length : (long)_output.Length + text.Length);
        _output.Append(text);
    }

    private IReadOnlyList<TemplateStatement> Chosen(IfStatement choice, TemplateScope scope)
    {
        foreach ((TemplateExpression condition, IReadOnlyList<TemplateStatement> body) in choice.Branches)
        {
            if (_expressions.IsTrue(condition, scope))
            {
                return body;
            }
        }

        return choice.Else;
    }

    private Flow Loop(ForStatement loop, TemplateScope scope)
    {
        IReadOnlyList<object?> items = ValueAccess.Walk(_expressions.Evaluate(loop.Items, scope), _budget);
        if (loop.Condition is not null)
        {
            items =
            [
                .. items.Where(item =>
                {
                    _budget.SpendScope();
                    return _expressions.IsTrue(loop.Condition, Targets(loop, item, scope));
                }),
            ];
        }

        if (items.Count == 0)
        {
            return Run(loop.Else, new TemplateScope(scope));
        }

        for (int at = 0; at < items.Count; at++)
        {
            _budget.SpendScope();
            TemplateScope inside = Targets(loop, items[at], scope);
            inside.Set("loop", new LoopValue(items, at));
            Flow flow = Run(loop.Body, inside);
            if (flow == Flow.Break)
            {
                break;
            }
        }

        return Flow.Next;
    }

    private TemplateScope Targets(ForStatement loop, object? item, TemplateScope scope)
    {
        var inside = new TemplateScope(scope);
        if (loop.Targets.Count == 1)
        {
            inside.Set(loop.Targets[0], item);
        }
        else
        {
            IReadOnlyList<object?> values = Unpack(item, loop.Targets.Count);
            for (int at = 0; at < values.Count; at++)
            {
                inside.Set(loop.Targets[at], values[at]);
            }
        }

        return inside;
    }

    private IReadOnlyList<object?> Unpack(object? value, int count)
    {
        IReadOnlyList<object?> items = ValueAccess.Walk(value, _budget);
        return items.Count == count
            ? items
            : throw Throw.TemplateType($"{items.Count} values are given to {count} variables", "as many values as variables");
    }

    private void Set(SetStatement set, TemplateScope scope)
    {
        object? value = _expressions.Evaluate(set.Value, scope);
        if (set.Targets.Count == 1)
        {
            Assign(set.Targets[0], value, scope);
            return;
        }

        IReadOnlyList<object?> values = Unpack(value, set.Targets.Count);
        for (int at = 0; at < values.Count; at++)
        {
            Assign(set.Targets[at], values[at], scope);
        }
    }

    private void Assign(AssignmentTarget target, object? value, TemplateScope scope)
    {
        if (target.Member is null)
        {
            scope.Set(target.Name, value);
        }
        else if (scope.TryGet(target.Name, _budget, out object? found) && found is NamespaceValue members)
        {
            members.Members[target.Member] = value;
        }
        else
        {
            throw Throw.TemplateType($"'{target.Name}.{target.Member}' is set, and '{target.Name}' is no namespace", "a namespace()");
        }
    }

    private object? Filtered(FilterExpression? filter, string text, TemplateScope scope) =>
        filter is null ? text : _expressions.Filter(filter, text, scope);

    private string Captured(IReadOnlyList<TemplateStatement> body, TemplateScope scope)
    {
        StringBuilder outer = _output;
        _output = new StringBuilder();
        Run(body, scope);
        string text = _output.ToString();
        _output = outer;
        return text;
    }

    private string Call(MacroStatement macro, CallArguments arguments, TemplateScope scope)
    {
        _budget.SpendScope();

        // Each named argument is looked for among the parameters.
        _budget.SpendEntries(macro.Parameters.Count);
        _budget.Spend((long)macro.Parameters.Count * arguments.Named.Count);
        string[] names = [.. macro.Parameters.Select(parameter => $"{parameter.Name}?")];
        object?[] values = arguments.Bind(macro.Name, names);
        var inside = new TemplateScope(scope);
        for (int at = 0; at < values.Length; at++)
        {
            (string name, TemplateExpression? fallback) = macro.Parameters[at];
            inside.Set(
                name,
                !CallArguments.IsAbsent(values[at]) ? values[at]
                : fallback is null ? new UndefinedValue($"the parameter '{name}'")
                : _expressions.Evaluate(fallback, inside));
        }

        return Captured(macro.Body, inside);
    }

    private TemplateScope Variables(ScopeStatement block, TemplateScope scope)
    {
        var inside = new TemplateScope(scope);
        foreach ((string name, TemplateExpression value) in block.Variables)
        {
            inside.Set(name, _expressions.Evaluate(value, scope));
        }

        return inside;
    }
}
