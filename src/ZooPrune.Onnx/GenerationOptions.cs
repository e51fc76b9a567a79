namespace ZooPrune.Onnx;

/// <summary>How an answer is generated. Immutable.</summary>
/// <remarks>The default is greedy: the most probable token each time. With a <see cref="Temperature"/> above 0 tokens are drawn, and
/// what is drawn depends on the seed and the conversation's text alone: the same question about the same image gets the same answer, alone
/// or in a batch, in any order and on any thread. Names and order of the steps are those of Hugging Face transformers: repetition
/// penalty, temperature, top-k, top-p.</remarks>
public sealed record GenerationOptions
{
    /// <summary>Most tokens that are generated, &gt;= 1; the end token counts. Default: 32.</summary>
    public int MaxNewTokens { get; init; } = 32;

    /// <summary>What the logits are divided by, &gt;= 0. 0 (the default): no drawing, the largest logit wins, of equal ones the
    /// first.</summary>
    public float Temperature { get; init; }

    /// <summary>Only the k largest logits, and those equal to the last of them, take part, &gt;= 0; 0 (the default) for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most probable tokens that together reach this probability take part, in (0, 1]; 1 (the default) for all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>What the logits of tokens that were read or generated before are divided by where they are positive, and multiplied by
    /// where they are negative, &gt; 0; 1 (the default) changes nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Seeds the drawing. Any value.</summary>
    public int Seed { get; init; }

    /// <summary>Texts, none of them empty, at the first of which the answer ends. The stop sequence itself is no part of the answer's
    /// text. Default: none.</summary>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    public IReadOnlyList<string> StopSequences
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.ToArray();
        }
    } = [];

    /// <summary>
    /// Whether what generation_config.json says holds for every option that still has its default value. Default: false. With
    /// do_sample false, or without that entry, it means greedy, as in transformers.
    /// </summary>
    public bool UseModelDefaults { get; init; }

    /// <summary>Two sets of options are equal if they lead to the same answers.</summary>
    /// <param name="other">The other set.</param>
    public bool Equals(GenerationOptions? other) => other is not null
        && (MaxNewTokens, Temperature, TopK, TopP, RepetitionPenalty, Seed, UseModelDefaults)
            == (other.MaxNewTokens, other.Temperature, other.TopK, other.TopP, other.RepetitionPenalty, other.Seed, other.UseModelDefaults)
        && StopSequences.SequenceEqual(other.StopSequences);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(MaxNewTokens, Temperature, TopK, TopP, RepetitionPenalty, Seed, StopSequences.Count, UseModelDefaults);

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="ArgumentNullException">A stop sequence is null.</exception>
    /// <exception cref="ArgumentException">A stop sequence is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (MaxNewTokens < 1)
        {
            throw Throw.GenerationOutOfRange(nameof(MaxNewTokens), MaxNewTokens, "1 or more");
        }

        if (!(Temperature >= 0 && float.IsFinite(Temperature)))
        {
            throw Throw.GenerationOutOfRange(nameof(Temperature), Temperature, "0 (greedy) or a number above");
        }

        if (TopK < 0)
        {
            throw Throw.GenerationOutOfRange(nameof(TopK), TopK, "0 (all tokens) or the number of tokens");
        }

        if (!(TopP is > 0 and <= 1))
        {
            throw Throw.GenerationOutOfRange(nameof(TopP), TopP, "above 0 and at most 1");
        }

        if (!(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty)))
        {
            throw Throw.GenerationOutOfRange(nameof(RepetitionPenalty), RepetitionPenalty, "a number above 0");
        }

        foreach (string stop in StopSequences)
        {
            ArgumentException.ThrowIfNullOrEmpty(stop, nameof(StopSequences));
        }
    }

    /// <summary>What holds where the model's own configuration is to be honoured.</summary>
    /// <param name="defaults">What generation_config.json says.</param>
    internal GenerationOptions Over(GenerationOptions defaults)
    {
        if (!UseModelDefaults)
        {
            return this;
        }

        var untouched = new GenerationOptions();
        return this with
        {
            MaxNewTokens = MaxNewTokens == untouched.MaxNewTokens ? defaults.MaxNewTokens : MaxNewTokens,
            Temperature = Temperature == untouched.Temperature ? defaults.Temperature : Temperature,
            TopK = TopK == untouched.TopK ? defaults.TopK : TopK,
            TopP = TopP == untouched.TopP ? defaults.TopP : TopP,
            RepetitionPenalty = RepetitionPenalty == untouched.RepetitionPenalty ? defaults.RepetitionPenalty : RepetitionPenalty,
        };
    }
}

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model said that it is complete, or a stop sequence came.</summary>
    Stop,

    /// <summary>It has as many tokens as it may, or the model's context is full.</summary>
    Length,
}
