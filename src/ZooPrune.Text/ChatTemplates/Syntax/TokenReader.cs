namespace ZooPrune.Text;

/// <summary>Walks over the tokens of a template, and bounds how deep the parsers go into each other.</summary>
/// <param name="tokens">The tokens; the last is <see cref="TemplateTokenKind.End"/>.</param>
internal sealed class TokenReader(IReadOnlyList<TemplateToken> tokens)
{
    private const int MaxDepth = 100;

    private int _at;
    private int _depth;

    public TemplateToken Current => tokens[_at];

    public TemplateToken Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public int Line => Current.Line;

    public TemplateToken Take()
    {
        TemplateToken token = Current;
        _at = Math.Min(_at + 1, tokens.Count - 1);
        return token;
    }

    public bool Is(TemplateTokenKind kind) => Current.Kind == kind;

    public bool IsName(string name) => Current.Kind == TemplateTokenKind.Name && Current.Text == name;

    public bool IsOperator(string text) => Current.Kind == TemplateTokenKind.Operator && Current.Text == text;

    public bool FollowingIsOperator(string text) => Following is { Kind: TemplateTokenKind.Operator } next && next.Text == text;

    public bool SkipName(string name) => Skip(IsName(name));

    public bool SkipOperator(string text) => Skip(IsOperator(text));

    public void Expect(TemplateTokenKind kind, string needed)
    {
        if (!Skip(Is(kind)))
        {
            throw Unexpected(needed);
        }
    }

    public void ExpectOperator(string text)
    {
        if (!SkipOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    public void ExpectName(string name)
    {
        if (!SkipName(name))
        {
            throw Unexpected($"'{name}'");
        }
    }

    public string TakeName() => Is(TemplateTokenKind.Name) ? Take().Text : throw Unexpected("a name");

    public TemplateFault Unexpected(string needed) => Throw.TemplateSyntax($"there is {Current}", needed);

    /// <summary>Parses something that may hold things of its own kind.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > MaxDepth)
        {
            throw Throw.TemplateLimit("the nesting of the template", MaxDepth);
        }

        T result = parse();
        _depth--;
        return result;
    }

    private bool Skip(bool found)
    {
        if (found)
        {
            Take();
        }

        return found;
    }
}

internal enum TemplateTokenKind
{
    Text,
    BlockBegin,
    BlockEnd,
    PrintBegin,
    PrintEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A piece of a template: text between tags, the edge of a tag, or a word within one.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text; of a string what it stands for.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line)
{
    public override string ToString() => Kind == TemplateTokenKind.End ? "the end of the template" : $"'{Text}'";
}
