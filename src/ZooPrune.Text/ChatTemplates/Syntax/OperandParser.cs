using System.Globalization;

namespace ZooPrune.Text;

/// <summary>Parses what stands between operators: literals, names, brackets, and the members, calls, filters and tests behind them.</summary>
/// <param name="tokens">Where to read; the parser stops behind the operand.</param>
/// <param name="expressions">Parses what stands in brackets.</param>
internal sealed class OperandParser(TokenReader tokens, ExpressionParser expressions)
{
    public TemplateExpression Parse() => Unary();

    /// <summary>"name(...) | name(...)" after {% filter or "|".</summary>
    public FilterExpression ParseFilters(TemplateExpression? input)
    {
        FilterExpression filter = Filter(input);
        while (tokens.SkipOperator("|"))
        {
            filter = Filter(filter);
        }

        return filter;
    }

    private TemplateExpression Unary(bool allowsFilter = true)
    {
        TemplateExpression value = tokens.IsOperator("-") || tokens.IsOperator("+")
            ? tokens.Take() is var sign ? tokens.Nested(() => new UnaryExpression(sign.Line, sign.Text, Unary(allowsFilter: false))) : null!
            : Primary();
        value = Postfix(value);
        return allowsFilter ? FiltersAndTests(value) : value;
    }

    private TemplateExpression Primary()
    {
        TemplateToken token = tokens.Take();
        return token switch
        {
            { Kind: TemplateTokenKind.Name, Text: "true" or "True" } => new LiteralExpression(token.Line, true),
            { Kind: TemplateTokenKind.Name, Text: "false" or "False" } => new LiteralExpression(token.Line, false),
            { Kind: TemplateTokenKind.Name, Text: "none" or "None" } => new LiteralExpression(token.Line, null),
            { Kind: TemplateTokenKind.Name } => new NameExpression(token.Line, token.Text),
            { Kind: TemplateTokenKind.String } => new LiteralExpression(token.Line, Strings(token.Text)),
            { Kind: TemplateTokenKind.Integer } => new LiteralExpression(token.Line, Integer(token.Text)),
            { Kind: TemplateTokenKind.Float } => new LiteralExpression(token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture)),
            { Kind: TemplateTokenKind.Operator, Text: "(" } => Parenthesis(),
            { Kind: TemplateTokenKind.Operator, Text: "[" } => List(token.Line),
            { Kind: TemplateTokenKind.Operator, Text: "{" } => Dictionary(token.Line),
            _ => throw Throw.TemplateSyntax($"there is {token}", "an expression"),
        };
    }

    private string Strings(string first)
    {
        var parts = new List<string> { first };
        while (tokens.Is(TemplateTokenKind.String))
        {
            parts.Add(tokens.Take().Text);
        }

        return string.Concat(parts);
    }

    private static object Integer(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw Throw.TemplateUnsupported($"the number '{text}'");

    private TemplateExpression Parenthesis()
    {
        TemplateExpression value = expressions.ParseTuple(allowsNone: true);
        tokens.ExpectOperator(")");
        return value;
    }

    private SequenceExpression List(int line)
    {
        var items = new List<TemplateExpression>();
        while (Continues(items.Count, "]"))
        {
            items.Add(expressions.Parse());
        }

        return new SequenceExpression(line, items, SequenceKind.List);
    }

    private DictionaryExpression Dictionary(int line)
    {
        var items = new List<(TemplateExpression, TemplateExpression)>();
        while (Continues(items.Count, "}"))
        {
            TemplateExpression key = expressions.Parse();
            tokens.ExpectOperator(":");
            items.Add((key, expressions.Parse()));
        }

        return new DictionaryExpression(line, items);
    }

    /// <summary>Reads the comma before the next of some items, or the bracket that ends them; a comma may stand before it.</summary>
    private bool Continues(int count, string end)
    {
        if (tokens.SkipOperator(end))
        {
            return false;
        }

        if (count > 0)
        {
            tokens.ExpectOperator(",");
        }

        return count == 0 || !tokens.SkipOperator(end);
    }

    private TemplateExpression Postfix(TemplateExpression value)
    {
        while (true)
        {
            int line = tokens.Line;
            if (tokens.SkipOperator("."))
            {
                value = tokens.Is(TemplateTokenKind.Integer)
                    ? new IndexExpression(line, value, new LiteralExpression(line, Integer(tokens.Take().Text)))
                    : new MemberExpression(line, value, tokens.TakeName());
            }
            else if (tokens.SkipOperator("["))
            {
                value = Index(line, value);
            }
            else if (tokens.IsOperator("("))
            {
                value = new CallExpression(line, value, Arguments());
            }
            else
            {
                return value;
            }
        }
    }

    private TemplateExpression Index(int line, TemplateExpression target)
    {
        TemplateExpression? start = tokens.IsOperator(":") ? null : expressions.Parse();
        TemplateExpression result;
        if (tokens.SkipOperator(":"))
        {
            TemplateExpression? stop = SlicePart();
            TemplateExpression? step = tokens.SkipOperator(":") ? SlicePart() : null;
            result = new SliceExpression(line, target, start, stop, step);
        }
        else
        {
            result = new IndexExpression(line, target, start!);
        }

        tokens.ExpectOperator("]");
        return result;
    }

    private TemplateExpression? SlicePart() => tokens.IsOperator(":") || tokens.IsOperator("]") ? null : expressions.Parse();

    private TemplateExpression FiltersAndTests(TemplateExpression value)
    {
        while (true)
        {
            if (tokens.SkipOperator("|"))
            {
                value = Filter(value);
            }
            else if (tokens.IsName("is"))
            {
                value = Test(value);
            }
            else if (tokens.IsOperator("("))
            {
                value = new CallExpression(tokens.Line, value, Arguments());
            }
            else
            {
                return value;
            }
        }
    }

    private FilterExpression Filter(TemplateExpression? input)
    {
        int line = tokens.Line;
        string name = tokens.TakeName();
        return new FilterExpression(line, input, name, tokens.IsOperator("(") ? Arguments() : ArgumentExpressions.None);
    }

    private TemplateExpression Test(TemplateExpression input)
    {
        int line = tokens.Take().Line;
        bool isNegated = tokens.SkipName("not");
        string name = tokens.TakeName();
        ArgumentExpressions arguments = ArgumentExpressions.None;
        if (tokens.IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (StartsTestArgument())
        {
            arguments = new ArgumentExpressions([Postfix(Primary())], []);
        }

        var test = new TestExpression(line, input, name, arguments);
        return isNegated ? new UnaryExpression(line, "not", test) : test;
    }

    /// <summary>"x is divisibleby 3": an argument needs no brackets.</summary>
    private bool StartsTestArgument() => tokens.Current switch
    {
        { Kind: TemplateTokenKind.Name, Text: "else" or "or" or "and" } => false,
        { Kind: TemplateTokenKind.Name, Text: "is" } => throw Throw.TemplateSyntax("there is 'is' after a test", "'and' between two tests"),
        { Kind: TemplateTokenKind.Name or TemplateTokenKind.String or TemplateTokenKind.Integer or TemplateTokenKind.Float } => true,
        { Kind: TemplateTokenKind.Operator, Text: "[" or "{" } => true,
        _ => false,
    };

    private ArgumentExpressions Arguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<TemplateExpression>();
        var named = new List<(string, TemplateExpression)>();
        while (Continues(positional.Count + named.Count, ")"))
        {
            if (tokens.IsOperator("*") || tokens.IsOperator("**"))
            {
                throw Throw.TemplateUnsupported($"an argument with '{tokens.Current.Text}'");
            }

            if (tokens.Is(TemplateTokenKind.Name) && tokens.FollowingIsOperator("="))
            {
                string name = tokens.TakeName();
                tokens.ExpectOperator("=");
                named.Add((name, expressions.Parse()));
            }
            else
            {
                positional.Add(named.Count == 0 ? expressions.Parse() : throw tokens.Unexpected("a name and '='"));
            }
        }

        return new ArgumentExpressions(positional, named);
    }
}
