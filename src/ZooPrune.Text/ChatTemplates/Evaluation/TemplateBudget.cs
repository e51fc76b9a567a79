namespace ZooPrune.Text;

/// <summary>
/// Bounds what one rendering may take, since templates come from strangers: every step costs one, every eight characters of text that
/// are made cost one more. What a template can make is bounded with it.
/// </summary>
internal sealed class TemplateBudget
{
    /// <summary>About a second at worst; templates of real models take a few thousand for a conversation.</summary>
    public const long MaxSteps = 2_000_000;

    /// <summary>Longest text, in UTF-16 units.</summary>
    public const int MaxText = 4_000_000;

    private const int MaxDepth = 200;
    private const int CharactersPerStep = 8;
    private const int StepsPerScope = 4;

    private long _steps;
    private int _depth;

    public void Spend(long steps)
    {
        _steps += Math.Min(steps, MaxSteps + 1);
        if (_steps > MaxSteps)
        {
            throw Throw.TemplateLimit("the work for one prompt", MaxSteps);
        }
    }

    /// <summary>To be called before a text is made.</summary>
    public void SpendText(long length)
    {
        if (length > MaxText)
        {
            throw Throw.TemplateLimit(FormattableString.Invariant($"a text of {length:N0} characters"), MaxText);
        }

        Spend(length / CharactersPerStep);
    }

    /// <summary>To be called before a loop's pass or a macro gets variables of its own, which cost memory.</summary>
    public void SpendScope() => Spend(StepsPerScope);

    public void Enter()
    {
        Spend(1);
        if (++_depth > MaxDepth)
        {
            throw Throw.TemplateLimit("the nesting of expressions, blocks and macros", MaxDepth);
        }
    }

    public void Leave() => _depth--;
}
