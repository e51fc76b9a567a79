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
    private const int StepsPerEntry = 4;
    private const int ComparisonsPerStep = 4096;
    private const int LookupsPerStep = 4;

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

    /// <summary>To be called before a text is looked for in another: at worst each place is compared with all of it.</summary>
    public void SpendSearch(string text, string part)
    {
        SpendText(text.Length);
        Spend(Math.Max(text.Length - part.Length, 0) * (long)part.Length / ComparisonsPerStep);
    }

    /// <summary>To be called with the scopes that a variable was looked for in.</summary>
    public void SpendLookup(int scopes) => Spend(scopes / LookupsPerStep);

    /// <summary>To be called before a key is looked for: a text is read whole to find its place.</summary>
    public void SpendKey(object? key) => SpendText(key is string text ? text.Length : 0);

    /// <summary>To be called before entries of a dictionary are copied or made pairs, or parameters variables: each costs memory.</summary>
    public void SpendEntries(long count) => Spend(count * StepsPerEntry);

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
