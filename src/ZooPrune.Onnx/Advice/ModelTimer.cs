namespace ZooPrune.Onnx;

/// <summary>Times what pruning trades against each other in one model: choosing tokens and reading them. Thread-safe.</summary>
/// <remarks>
/// On made-up tokens: neither time depends on what is in the picture. The language model is timed once, when advice is first asked
/// for; pruning is timed anew at every call.
/// </remarks>
internal sealed class ModelTimer
{
    // A picture by which models are timed whose number of visual tokens depends on the picture.
    private const int CommonWidth = 640;
    private const int CommonHeight = 480;

    private readonly ModelParts _parts;
    private readonly Lazy<PruningAdvisor> _advisor;

    public ModelTimer(ModelParts parts)
    {
        _parts = parts;
        _advisor = new Lazy<PruningAdvisor>(TimeLanguageModel);
    }

    /// <param name="tokenCount">N.</param>
    /// <param name="pruning">What to keep and how to choose.</param>
    public PruningAdvice Advise(int tokenCount, PruningOptions pruning) =>
        _advisor.Value.Advise(tokenCount, pruning.Keep, TimePruning(tokenCount, pruning));

    /// <summary>Milliseconds of a whole pruning less those of the projection that is needed anyway.</summary>
    private double TimePruning(int tokenCount, PruningOptions pruning)
    {
        float[] tokens = MakeTokens(tokenCount, _parts.Projector.InputWidth);
        float[] projected = new float[tokenCount * _parts.Projector.OutputWidth];
        var pruner = new VisualTokenPruner(_parts.Projector, pruning with { OnlyIfFaster = false });
        double[] times = RunTimer.Fastest(() => pruner.Prune(tokens, tokenCount), () => _parts.Projector.Project(tokens, projected));
        return Math.Max(0, times[0] - times[1]);
    }

    /// <summary>Prefills of three lengths, the longest with all visual tokens of an image, give line and curve.</summary>
    private PruningAdvisor TimeLanguageModel()
    {
        Prompt prompt = _parts.Prompts.Build("?");
        int[] text = [.. prompt.Before, .. prompt.After];
        int visual = _parts.LayOut(_parts.Preprocessor.Measure(CommonWidth, CommonHeight)).SequenceLength;
        int[] lengths = [.. new[] { visual / 8, visual / 2, visual }.Select(count => Math.Max(1, text.Length + count)).Distinct()];
        if (_parts.Configuration.MaxPositions is int limit && lengths[^1] > limit)
        {
            throw Throw.PromptTooLong(lengths[^1], limit);
        }

        Action[] prefills = [.. lengths.Select(length => Prefill(text, length))];
        return new PruningAdvisor(LanguageModelCost.Fit(lengths, RunTimer.Fastest(prefills)), text.Length);
    }

    private static float[] MakeTokens(int count, int width)
    {
        var rows = DirectionBank.Gaussian(count, width, seed: 1);
        float[] tokens = new float[count * width];
        for (int i = 0; i < count; i++)
        {
            rows[i].CopyTo(tokens.AsSpan(i * width));
        }

        return tokens;
    }

    /// <summary>Reads the prompt's text again and again until it is as long as wanted.</summary>
    private Action Prefill(int[] text, int length)
    {
        int[] ids = [.. Enumerable.Range(0, length).Select(i => text[i % text.Length])];
        float[] embeddings = _parts.Embedder.Embed(ids);
        long[] positions = _parts.Decoder.Positions([.. Enumerable.Range(0, length).Select(i => (long)i)]);
        return () =>
        {
            using KvCache empty = _parts.Decoder.CreateCache();
            (_, KvCache cache) = _parts.Decoder.Run(embeddings, positions, empty);
            cache.Dispose();
        };
    }
}
