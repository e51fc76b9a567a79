namespace ZooPrune.Text;

/// <summary>A text as token ids. Immutable.</summary>
public sealed class TokenizedText
{
    private readonly int[] _ids;

    internal TokenizedText(int[] ids, IReadOnlyList<string> unknownWords)
    {
        _ids = ids;
        UnknownWords = unknownWords;
    }

    /// <summary>One id a token.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>Words that the vocabulary lacks, each once, in order; they have become the unknown token.</summary>
    public IReadOnlyList<string> UnknownWords { get; }
}
