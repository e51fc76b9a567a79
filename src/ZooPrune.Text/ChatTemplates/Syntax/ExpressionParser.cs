namespace ZooPrune.Text;

/// <summary>Parses expressions, loosest operator first. The order of the operators is Jinja's, which is not Python's everywhere.</summary>
internal sealed class ExpressionParser
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private readonly TokenReader _tokens;
    private readonly OperandParser _operands;

    /// <param name="tokens">Where to read; the parser stops behind the expression.</param>
    public ExpressionParser(TokenReader tokens)
    {
        _tokens = tokens;
        _operands = new OperandParser(tokens, this);
    }

    public TemplateExpression Parse(bool allowsConditional = true) =>
        _tokens.Nested<TemplateExpression>(allowsConditional ? Conditional : Or);

    /// <summary>One expression, or several with commas, which are a tuple.</summary>
    public TemplateExpression ParseTuple(bool allowsConditional = true, bool allowsNone = false)
    {
        int line = _tokens.Line;
        var items = new List<TemplateExpression>();
        bool isTuple = false;
        while (!IsTupleEnd())
        {
            items.Add(Parse(allowsConditional));
            if (!_tokens.SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return items.Count == 1 && !isTuple ? items[0]
            : items.Count > 0 || allowsNone ? new SequenceExpression(line, items, SequenceKind.Tuple)
            : throw _tokens.Unexpected("an expression");
    }

    /// <summary>"name(...) | name(...)" after {% filter or "|".</summary>
    public FilterExpression ParseFilters(TemplateExpression? input) => _operands.ParseFilters(input);

    private bool IsTupleEnd() =>
        _tokens.Is(TemplateTokenKind.BlockEnd) || _tokens.Is(TemplateTokenKind.PrintEnd) || _tokens.IsOperator(")");

    private TemplateExpression Conditional()
    {
        TemplateExpression value = Or();
        while (_tokens.IsName("if"))
        {
            int line = _tokens.Take().Line;
            TemplateExpression condition = Or();
            TemplateExpression? otherwise = _tokens.SkipName("else") ? _tokens.Nested(Conditional) : null;
            value = new ConditionalExpression(line, condition, value, otherwise);
        }

        return value;
    }

    private TemplateExpression Or()
    {
        TemplateExpression left = And();
        while (_tokens.IsName("or"))
        {
            left = new BinaryExpression(_tokens.Take().Line, "or", left, And());
        }

        return left;
    }

    private TemplateExpression And()
    {
        TemplateExpression left = Not();
        while (_tokens.IsName("and"))
        {
            left = new BinaryExpression(_tokens.Take().Line, "and", left, Not());
        }

        return left;
    }

    private TemplateExpression Not() =>
        _tokens.IsName("not") ? new UnaryExpression(_tokens.Take().Line, "not", _tokens.Nested(Not)) : Comparison();

    private TemplateExpression Comparison()
    {
        int line = _tokens.Line;
        TemplateExpression first = Sum();
        var rest = new List<(string, TemplateExpression)>();
        while (true)
        {
            if (_tokens.Is(TemplateTokenKind.Operator) && Comparisons.Contains(_tokens.Current.Text))
            {
                rest.Add((_tokens.Take().Text, Sum()));
            }
            else if (_tokens.SkipName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (_tokens.IsName("not") && _tokens.Following is { Kind: TemplateTokenKind.Name, Text: "in" })
            {
                _tokens.Take();
                _tokens.Take();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new ComparisonExpression(line, first, rest);
            }
        }
    }

    private TemplateExpression Sum() => LeftToRight(Concatenation, "+", "-");

    private TemplateExpression Concatenation()
    {
        int line = _tokens.Line;
        List<TemplateExpression> items = [Product()];
        while (_tokens.SkipOperator("~"))
        {
            items.Add(Product());
        }

        return items.Count == 1 ? items[0] : new ConcatenationExpression(line, items);
    }

    private TemplateExpression Product() => LeftToRight(Power, "*", "/", "//", "%");

    private TemplateExpression Power() => LeftToRight(_operands.Parse, "**");

    private TemplateExpression LeftToRight(Func<TemplateExpression> operand, params ReadOnlySpan<string> operators)
    {
        TemplateExpression left = operand();
        while (_tokens.Is(TemplateTokenKind.Operator) && operators.Contains(_tokens.Current.Text))
        {
            TemplateToken op = _tokens.Take();
            left = new BinaryExpression(op.Line, op.Text, left, operand());
        }

        return left;
    }
}
