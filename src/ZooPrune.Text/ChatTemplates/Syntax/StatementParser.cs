namespace ZooPrune.Text;

/// <summary>Parses a template: text, {{ values }} and {% blocks %}.</summary>
internal sealed class StatementParser
{
    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    public StatementParser(TokenReader tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    /// <exception cref="TemplateFault">The template breaks Jinja's grammar or uses what is not supported.</exception>
    public IReadOnlyList<TemplateStatement> ParseTemplate()
    {
        IReadOnlyList<TemplateStatement> body = Body([]);
        return _tokens.Is(TemplateTokenKind.End) ? body : throw _tokens.Unexpected("the end of the template");
    }

    /// <summary>Statements up to a block of one of some names, or to the end where there are none; "{%" and the name are read.</summary>
    private List<TemplateStatement> Body(ReadOnlySpan<string> ends)
    {
        var statements = new List<TemplateStatement>();
        while (true)
        {
            TemplateToken token = _tokens.Current;
            switch (token.Kind)
            {
                case TemplateTokenKind.Text:
                    _tokens.Take();
                    statements.Add(new TextStatement(token.Line, token.Text));
                    break;
                case TemplateTokenKind.PrintBegin:
                    _tokens.Take();
                    statements.Add(new PrintStatement(token.Line, _expressions.ParseTuple()));
                    _tokens.Expect(TemplateTokenKind.PrintEnd, "'}}'");
                    break;
                case TemplateTokenKind.BlockBegin when ends.Contains(_tokens.Following.Text):
                    _tokens.Take();
                    return statements;
                case TemplateTokenKind.BlockBegin:
                    _tokens.Take();
                    statements.Add(_tokens.Nested(Block));
                    break;
                default:
                    return ends.IsEmpty ? statements : throw _tokens.Unexpected($"'{{% {ends[^1]} %}}'");
            }
        }
    }

    private TemplateStatement Block()
    {
        int line = _tokens.Line;
        string name = _tokens.TakeName();
        TemplateStatement statement = name switch
        {
            "if" => If(line),
            "for" => For(line),
            "set" => Set(line),
            "macro" => Macro(line),
            "filter" => new FilterStatement(line, FilterOfBlock(), Enclosed("endfilter")),
            "with" => new ScopeStatement(line, WithVariables(), Enclosed("endwith")),
            "generation" => new ScopeStatement(line, [], Enclosed("endgeneration")),
            "break" when _loops > 0 => new BreakStatement(line),
            "continue" when _loops > 0 => new ContinueStatement(line),
            _ when name.StartsWith("end", StringComparison.Ordinal) || name is "else" or "elif" or "break" or "continue" =>
                throw Throw.TemplateSyntax($"there is '{{% {name} %}}' outside of its block", "the block that it belongs to"),
            _ => throw Throw.TemplateUnsupported($"'{{% {name} %}}'"),
        };
        EndBlock();
        return statement;
    }

    private void EndBlock() => _tokens.Expect(TemplateTokenKind.BlockEnd, "'%}'");

    /// <summary>"%}", a body, "{% end": all but the last "%}".</summary>
    private List<TemplateStatement> Enclosed(string end)
    {
        EndBlock();
        List<TemplateStatement> body = Body([end]);
        _tokens.ExpectName(end);
        return body;
    }

    private IfStatement If(int line)
    {
        var branches = new List<(TemplateExpression, IReadOnlyList<TemplateStatement>)>();
        List<TemplateStatement> otherwise = [];
        do
        {
            TemplateExpression condition = _expressions.ParseTuple(allowsConditional: false);
            EndBlock();
            branches.Add((condition, Body(["elif", "else", "endif"])));
        }
        while (_tokens.SkipName("elif"));

        if (_tokens.SkipName("else"))
        {
            EndBlock();
            otherwise = Body(["endif"]);
        }

        _tokens.ExpectName("endif");
        return new IfStatement(line, branches, otherwise);
    }

    private ForStatement For(int line)
    {
        List<string> targets = [.. Targets().Select(target => target.Member is null ? target.Name : throw _tokens.Unexpected("a variable"))];
        _tokens.ExpectName("in");
        TemplateExpression items = _expressions.ParseTuple(allowsConditional: false);
        TemplateExpression? condition = _tokens.SkipName("if") ? _expressions.Parse() : null;
        if (_tokens.IsName("recursive"))
        {
            throw Throw.TemplateUnsupported("'recursive'");
        }

        EndBlock();
        _loops++;
        List<TemplateStatement> body = Body(["else", "endfor"]);
        _loops--;
        List<TemplateStatement> otherwise = [];
        if (_tokens.SkipName("else"))
        {
            EndBlock();
            otherwise = Body(["endfor"]);
        }

        _tokens.ExpectName("endfor");
        return new ForStatement(line, targets, items, condition, body, otherwise);
    }

    /// <summary>"a", "a, b", "(a, b)" or "a.b".</summary>
    private List<AssignmentTarget> Targets()
    {
        bool isBracketed = _tokens.SkipOperator("(");
        var targets = new List<AssignmentTarget>();
        do
        {
            string name = _tokens.TakeName();
            if (name is "true" or "True" or "false" or "False" or "none" or "None" or "loop")
            {
                throw Throw.TemplateSyntax($"'{name}' is assigned to", "the name of a variable");
            }

            targets.Add(new AssignmentTarget(name, _tokens.SkipOperator(".") ? _tokens.TakeName() : null));
        }
        while (_tokens.SkipOperator(","));

        if (isBracketed)
        {
            _tokens.ExpectOperator(")");
        }

        return targets;
    }

    private TemplateStatement Set(int line)
    {
        List<AssignmentTarget> targets = Targets();
        if (_tokens.SkipOperator("="))
        {
            return new SetStatement(line, targets, _expressions.ParseTuple());
        }

        if (targets.Count > 1)
        {
            throw _tokens.Unexpected("'='");
        }

        FilterExpression? filter = _tokens.SkipOperator("|") ? FilterOfBlock() : null;
        return new SetBlockStatement(line, targets[0], filter, Enclosed("endset"));
    }

    private FilterExpression FilterOfBlock() => _expressions.ParseFilters(input: null);

    private MacroStatement Macro(int line)
    {
        string name = _tokens.TakeName();
        var parameters = new List<(string Name, TemplateExpression? Default)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            string parameter = _tokens.TakeName();
            TemplateExpression? value = _tokens.SkipOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters.Exists(before => before.Default is not null))
            {
                throw Throw.TemplateSyntax($"the parameter '{parameter}' has no default after one that has", "defaults last");
            }

            parameters.Add((parameter, value));
        }

        int loops = _loops;
        _loops = 0;
        List<TemplateStatement> body = Enclosed("endmacro");
        _loops = loops;
        return new MacroStatement(line, name, parameters, body);
    }

    private List<(string, TemplateExpression)> WithVariables()
    {
        var variables = new List<(string, TemplateExpression)>();
        while (!_tokens.Is(TemplateTokenKind.BlockEnd))
        {
            if (variables.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            string name = _tokens.TakeName();
            _tokens.ExpectOperator("=");
            variables.Add((name, _expressions.Parse()));
        }

        return variables;
    }
}
