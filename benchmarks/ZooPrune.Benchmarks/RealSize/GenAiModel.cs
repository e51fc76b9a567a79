using System.Diagnostics;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace ZooPrune.Benchmarks;

/// <summary>A greedy answer and what it took.</summary>
/// <param name="Ids">Generated token ids.</param>
/// <param name="FirstToken">Milliseconds until the first token.</param>
/// <param name="Others">Milliseconds of all further tokens.</param>
/// <param name="Processor">Milliseconds of processor time, of all threads.</param>
internal sealed record TimedAnswer(int[] Ids, double FirstToken, double Others, double Processor)
{
    /// <summary>Milliseconds of a further token.</summary>
    public double PerToken => Others / (Ids.Length - 1);

    public override string ToString() => FormattableString.Invariant($"{FirstToken:N0} ms and {PerToken:0.0} a token");
}

/// <summary>The peer: ONNX Runtime GenAI over a <see cref="GeneratedModel"/>.</summary>
internal sealed class GenAiModel(string folder) : IDisposable
{
    private readonly Model _model = new(folder);

    /// <summary>Continues a prompt greedily.</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="newTokens">How many follow.</param>
    public TimedAnswer Answer(int[] prompt, int newTokens) => Answer(prompt, newTokens, null);

    /// <summary>The same, and how far the largest logit is above the second, at each token, in standard deviations of the logits.</summary>
    public (int[] Ids, double[] Margins) AnswerWithMargins(int[] prompt, int newTokens)
    {
        var margins = new List<double>();
        TimedAnswer answer = Answer(prompt, newTokens, generator =>
        {
            using Tensor logits = generator.GetOutput("logits");
            margins.Add(Margin(logits.GetData<float>()[^(int)logits.Shape()[^1]..]));
        });
        return (answer.Ids, [.. margins]);
    }

    public void Dispose() => _model.Dispose();

    private TimedAnswer Answer(int[] prompt, int newTokens, Action<Generator>? onLogits)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        using var options = new GeneratorParams(_model);
        options.SetSearchOption("max_length", prompt.Length + newTokens);
        using var generator = new Generator(_model, options);
        generator.AppendTokens(prompt);
        var ids = new List<int>();
        double first = 0;
        while (ids.Count < newTokens && !generator.IsDone())
        {
            generator.GenerateNextToken();
            ids.Add(generator.GetNextTokens()[0]);
            onLogits?.Invoke(generator);
            first = ids.Count == 1 ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : first;
        }

        return new TimedAnswer(
            [.. ids],
            first,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds - first,
            (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
    }

    private static double Margin(ReadOnlySpan<float> logits)
    {
        (float best, float second) = (float.NegativeInfinity, float.NegativeInfinity);
        (double sum, double squares) = (0, 0);
        foreach (float logit in logits)
        {
            (best, second) = logit > best ? (logit, best) : (best, Math.Max(second, logit));
            sum += logit;
            squares += (double)logit * logit;
        }

        double mean = sum / logits.Length;
        return (best - second) / Math.Sqrt((squares / logits.Length) - (mean * mean));
    }
}
