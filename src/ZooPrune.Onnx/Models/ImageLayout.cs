namespace ZooPrune.Onnx;

/// <summary>
/// How the visual tokens of one image lie in the prompt: which of those that the encoder gives are read at all, in which tiles they are
/// pruned, in which order and at which positions the language model reads them, and what stands between them.
/// </summary>
/// <remarks>From <see cref="VisionLanguageModel.LayoutOf(PreparedImage)"/>. Immutable. A visual token is named by its flat index,
/// tile x N + token, among all that the encoder gives.</remarks>
public sealed class ImageLayout
{
    /// <summary>Stands in <see cref="Sequence"/> for an embedding that is no visual token.</summary>
    internal const int Newline = -1;

    private readonly int[]? _offsets;
    private readonly int _tokensPerTile;

    /// <param name="sequence">Flat index of each row that the language model reads, or <see cref="Newline"/>.</param>
    /// <param name="tokenCount">Visual tokens that the encoder gives.</param>
    /// <param name="tokensPerTile">N, of one tile.</param>
    /// <param name="offsets">Position of each row after that of the image's first, row-major [rows, axes]; null: 0, 1, 2, ...</param>
    /// <param name="span">Positions that the whole image takes; null: its rows.</param>
    internal ImageLayout(int[] sequence, int tokenCount, int tokensPerTile, int[]? offsets = null, int? span = null)
    {
        Sequence = sequence;
        TokenCount = tokenCount;
        _tokensPerTile = tokensPerTile;
        _offsets = offsets;
        Span = span ?? sequence.Length;
        Candidates = [.. sequence.Where(index => index != Newline).Order()];
        TileLengths = [.. Candidates.GroupBy(index => index / tokensPerTile, (_, tile) => tile.Count())];
    }

    /// <summary>The visual tokens that the encoder gives for the image, over all tiles; those of padding are among them.</summary>
    public int TokenCount { get; }

    /// <summary>
    /// The visual tokens of each tile that are left to choose from; tiles without any are left out. A budget is shared out among these.
    /// </summary>
    public IReadOnlyList<int> TileLengths { get; }

    /// <summary>Rows that the language model reads without pruning: the visual tokens of all tiles, and the separators.</summary>
    public int SequenceLength => Sequence.Length;

    /// <summary>Embeddings between rows of visual tokens (image_newline), which are read whatever is pruned; 0 in most families.</summary>
    public int NewlineCount => Sequence.Length - Candidates.Length;

    /// <summary>Flat indices of what can be chosen, ascending; tile after tile.</summary>
    internal int[] Candidates { get; }

    /// <summary>Visual tokens that are left to choose from, over all tiles.</summary>
    public int CandidateCount => Candidates.Length;

    /// <summary>What the language model reads, in order.</summary>
    internal int[] Sequence { get; }

    /// <summary>Positions that the whole image takes.</summary>
    internal int Span { get; }

    /// <summary>Whether every token that the encoder gives can be chosen.</summary>
    internal bool TakesAll => Candidates.Length == TokenCount;

    /// <summary>Bytes of memory, about.</summary>
    internal long ByteCount => sizeof(int) * ((2 * (long)Sequence.Length) + (_offsets?.Length ?? 0));

    /// <summary>One tile, read as it is.</summary>
    /// <param name="tokenCount">N, &gt;= 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public static ImageLayout Plain(int tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokenCount);
        return new([.. Enumerable.Range(0, tokenCount)], tokenCount, tokenCount);
    }

    /// <summary>Whether a visual token can be chosen: that of padding cannot.</summary>
    /// <param name="index">Its flat index.</param>
    public bool CanKeep(int index) =>
        index >= 0 && index < TokenCount && (TakesAll || Array.BinarySearch(Candidates, index) >= 0);

    /// <summary>Writes the layout.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write(TokenCount);
        writer.Write(_tokensPerTile);
        writer.Write(Span);
        foreach (int[] values in (int[][])[Sequence, _offsets ?? []])
        {
            writer.Write(values.Length);
            Array.ForEach(values, writer.Write);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is no layout.</exception>
    internal static ImageLayout Read(BinaryReader reader)
    {
        int tokenCount = reader.ReadInt32();
        int tokensPerTile = reader.ReadInt32();
        int span = reader.ReadInt32();
        int[] sequence = PrunedImage.ReadCount(reader, sizeof(int), (from, _) => from.ReadInt32());
        int[] offsets = PrunedImage.ReadCount(reader, sizeof(int), (from, _) => from.ReadInt32());
        int[] tokens = [.. sequence.Where(index => index != Newline)];
        bool isLayout = tokens.Length > 0 && tokensPerTile > 0 && span > 0
            && tokens.All(index => index >= 0 && index < tokenCount)
            && tokens.Distinct().Count() == tokens.Length
            && (offsets.Length == 0 || offsets.Length % sequence.Length == 0);
        return isLayout
            ? new ImageLayout(sequence, tokenCount, tokensPerTile, offsets.Length == 0 ? null : offsets, span)
            : throw new FormatException("its layout is none");
    }

    /// <summary>Position of a row, relative to the image's first.</summary>
    internal int Offset(int row, int axis, int axes) => _offsets is null ? row : _offsets[(row * axes) + axis];
}
