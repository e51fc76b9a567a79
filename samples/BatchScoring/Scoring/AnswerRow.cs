namespace ZooPrune.Samples;

/// <summary>What comes out of the pipeline: the columns of its stages that the output needs.</summary>
internal sealed class AnswerRow
{
    public string Answer { get; set; } = "";

    public string Error { get; set; } = "";

    public string Note { get; set; } = "";

    public int VisualTokenCount { get; set; }

    /// <summary>What the language model read of them; embeddings between rows of tokens included.</summary>
    public int KeptTokenCount { get; set; }

    public float PreprocessMilliseconds { get; set; }

    public float EncodeMilliseconds { get; set; }

    public float PruneMilliseconds { get; set; }

    public float PrefillMilliseconds { get; set; }

    public float DecodeMilliseconds { get; set; }

    /// <summary>The same as a result.</summary>
    public RowResult ToResult() => Error.Length > 0
        ? new RowResult { Error = Error, Note = Note }
        : new RowResult
        {
            Answer = Answer,
            VisualTokens = VisualTokenCount,
            KeptTokens = KeptTokenCount,
            Note = Note,
            Milliseconds = [PreprocessMilliseconds, EncodeMilliseconds, PruneMilliseconds, PrefillMilliseconds, DecodeMilliseconds],
        };
}
