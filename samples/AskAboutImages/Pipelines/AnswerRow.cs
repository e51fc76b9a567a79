namespace ZooPrune.Samples;

/// <summary>What comes out of the pipeline: the columns of its stages that the report needs.</summary>
internal sealed class AnswerRow
{
    public string Answer { get; set; } = "";

    /// <summary>Why the row could not be answered; empty = it could.</summary>
    public string Error { get; set; } = "";

    /// <summary>What should be known about the row, separated by "; ": unknown words, a budget above N. Usually empty.</summary>
    public string Note { get; set; } = "";

    public int VisualTokenCount { get; set; }

    /// <summary>What the language model read of them; embeddings between rows of tokens included.</summary>
    public int KeptTokenCount { get; set; }

    public int[] KeptIndices { get; set; } = [];

    public float PreprocessMilliseconds { get; set; }

    /// <summary>NaN where the encoder's stage does not measure.</summary>
    public float EncodeMilliseconds { get; set; } = float.NaN;

    public float PruneMilliseconds { get; set; }

    public float PrefillMilliseconds { get; set; }

    public float DecodeMilliseconds { get; set; }
}
