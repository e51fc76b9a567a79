using System.Diagnostics;
using System.Numerics;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Engine;

/// <summary>
/// Times what pruning trades against each other in one model: choosing tokens and reading them. Thread-safe; one thread times while the
/// others wait.
/// </summary>
/// <remarks>
/// On made-up tokens: neither time depends on what is in the picture. The language model is timed once, when advice is first asked
/// for; pruning once for each set of options and, where their number depends on the picture, for numbers of tokens in steps of at most
/// a half, scaled to the number at hand: a table of pictures of all sizes must not be timed row by row.
/// </remarks>
internal sealed class ModelTimer
{
    private const int MostKept = 256;

    private readonly LoadedModel _model;
    private readonly Lazy<PruningAdvisor> _advisor;
    private readonly Dictionary<(int TokenCount, PruningOptions Options), double> _costs = [];

    public ModelTimer(LoadedModel parts)
    {
        _model = parts;
        _advisor = new Lazy<PruningAdvisor>(TimeLanguageModel);
    }

    /// <param name="tokenCount">N.</param>
    /// <param name="pruning">What to keep and how to choose.</param>
    public PruningAdvice Advise(int tokenCount, PruningOptions pruning) =>
        _advisor.Value.Advise(tokenCount, pruning.Keep, Cost(tokenCount, pruning));

    /// <summary>1, 2, 3, 4, 6, 8, 12, 16, 24, ...: the least that is not below a number.</summary>
    internal static int Step(int tokenCount)
    {
        int power = (int)BitOperations.RoundUpToPowerOf2((uint)tokenCount);
        return power >= 4 && tokenCount <= power / 4 * 3 ? power / 4 * 3 : power;
    }

    private double Cost(int tokenCount, PruningOptions pruning)
    {
        int timed = tokenCount == _model.Encoder.TokenCount ? tokenCount : Step(tokenCount);
        lock (_costs)
        {
            if (!_costs.TryGetValue((timed, pruning), out double cost))
            {
                if (_costs.Count == MostKept)
                {
                    _costs.Clear();
                }

                cost = TimePruning(timed, pruning);
                _costs.Add((timed, pruning), cost);
            }

            return cost * tokenCount / timed;
        }
    }

    /// <summary>Milliseconds of a whole pruning less those of the projection that is needed anyway.</summary>
    private double TimePruning(int tokenCount, PruningOptions pruning)
    {
        float[] tokens = MakeTokens(tokenCount, _model.Projector.InputWidth);
        float[] projected = new float[tokenCount * _model.Projector.OutputWidth];
        var pruner = new VisualTokenPruner(_model.Projector, pruning with { OnlyIfFaster = false });

        // What it costs to read the attention in the encoder is not counted.
        EncoderAttention? attention = pruner.UsesAttention == AttentionParts.None ? null : MakeAttention(tokenCount);
        double[] times = RunTimer.Fastest(
            () => pruner.Prune(new PruningInput(tokens, [tokenCount]) { Attention = attention }),
            () => _model.Projector.Project(tokens, projected));
        return Math.Max(0, times[0] - times[1]);
    }

    /// <summary>Prefills of three lengths, the longest with all visual tokens of an image, give line and curve.</summary>
    private PruningAdvisor TimeLanguageModel()
    {
        Prompt prompt = _model.Prompts.Build("?");
        int[] text = [.. prompt.Before, .. prompt.After];
        int visual = _model.LayOut(_model.UsualShape).SequenceLength;
        int[] lengths = [.. new[] { visual / 8, visual / 2, visual }.Select(count => Math.Max(1, text.Length + count)).Distinct()];
        if (_model.Configuration.MaxPositions is int limit && lengths[^1] > limit)
        {
            throw Throw.PromptTooLong(lengths[^1], limit, "prune without OnlyIfFaster, which has to time the whole image");
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

    private EncoderAttention MakeAttention(int count)
    {
        float[] values = MakeTokens(count, _model.Projector.InputWidth);
        return new EncoderAttention(values.AsMemory(0, count))
        {
            FirstLayer = values.AsMemory(0, count),
            Joined = values.AsMemory(0, count),
            Keys = values,
        };
    }

    /// <summary>Reads the prompt's text again and again until it is as long as wanted.</summary>
    private Action Prefill(int[] text, int length)
    {
        int[] ids = [.. Enumerable.Range(0, length).Select(i => text[i % text.Length])];
        float[] embeddings = _model.Embedder.Embed(ids);
        long[] positions = _model.Decoder.Positions([.. Enumerable.Range(0, length).Select(i => (long)i)]);
        return () =>
        {
            using KvCache empty = _model.Decoder.CreateCache();
            (_, KvCache cache) = _model.Decoder.Run(embeddings, positions, empty);
            cache.Dispose();
        };
    }
}

/// <summary>Times actions a few times each, in turn, so that a slow moment of the machine hits all of them alike.</summary>
internal static class RunTimer
{
    private const int MostRounds = 7;

    // Long runs need no repeating: their noise is small beside them, and somebody is waiting for an answer.
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);

    /// <summary>The fastest run of each action in milliseconds, after one run of each that is not counted. Whatever else the machine
    /// does can only add to a time, so the fastest is the steadiest.</summary>
    /// <param name="actions">What to time. The first run may load and compile.</param>
    public static double[] Fastest(params ReadOnlySpan<Action> actions)
    {
        double[] fastest = new double[actions.Length];
        Array.Fill(fastest, double.PositiveInfinity);
        foreach (Action action in actions)
        {
            action();
        }

        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < MostRounds && (round == 0 || Stopwatch.GetElapsedTime(start) < Enough); round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                actions[i]();
                fastest[i] = Math.Min(fastest[i], Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
        }

        return fastest;
    }
}
