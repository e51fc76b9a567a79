using System.Diagnostics;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Benchmarks;

/// <summary>How much load.</summary>
/// <param name="Shape">The model.</param>
/// <param name="Callers">Numbers of callers.</param>
/// <param name="Requests">Least number of requests a number of callers; each caller makes at least two.</param>
/// <param name="NewTokens">Length of an answer.</param>
/// <param name="MayLose">Whether pruning may lose, as it does on models that take no time.</param>
internal sealed record LoadSize(DecoderShape Shape, IReadOnlyList<int> Callers, int Requests, int NewTokens, bool MayLose)
{
    /// <summary>All of it, or a model that takes seconds; with other decoder layers where asked.</summary>
    public static LoadSize Create(bool isTiny, int? layers)
    {
        DecoderShape shape = isTiny ? DecoderShape.Tiny : DecoderShape.QwenHalfBillion;
        return new LoadSize(shape with { Layers = layers ?? shape.Layers }, [1, 4, 16, 32], isTiny ? 32 : 8, 8, isTiny);
    }
}

/// <summary>What one row of the table says.</summary>
internal sealed record LoadRow(double PerSecond, double Percentile95)
{
    public override string ToString() => FormattableString.Invariant($"{PerSecond:0.00} | {Percentile95 / 1000:0.00} s");
}

/// <summary>Answers about one picture from many callers at once over one model, unpruned and pruned.</summary>
internal static class LoadRun
{
    private const int KeptPart = 9;

    /// <exception cref="InvalidOperationException">Pruning loses, or an answer is not what one caller gets.</exception>
    public static QuickReport Measure(LoadSize size, TextWriter progress)
    {
        var report = new QuickReport();
        using GeneratedModel generated = GenAiRun.Generate(size.Shape, WeightFormat.Q4, progress);
        using var model = VisionLanguageModel.Load(generated.Folder);
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(Math.Max(1, size.Shape.TokensPerTile / KeptPart)) };
        progress.WriteLine();
        progress.WriteLine("| callers | requests/s, all tokens | P95, all tokens | requests/s, pruned | P95, pruned | pruned over all |");
        progress.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        var losing = new List<int>();
        foreach (int callers in size.Callers)
        {
            LoadRow all = Call(model, generated.Image, callers, size, null);
            LoadRow pruned = Call(model, generated.Image, callers, size, pruning);
            double ratio = pruned.PerSecond / all.PerSecond;
            progress.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {callers} | {all} | {pruned} | {ratio:0.0} |"));
            report.Ratios[$"requests_pruned_over_unpruned_{callers:00}"] = ratio;
            report.Ratios[$"requests_per_second_unpruned_{callers:00}"] = all.PerSecond;
            report.Ratios[$"requests_per_second_pruned_{callers:00}"] = pruned.PerSecond;
            report.Milliseconds[$"percentile_95_unpruned_{callers:00}"] = all.Percentile95;
            report.Milliseconds[$"percentile_95_pruned_{callers:00}"] = pruned.Percentile95;
            if (ratio < 1 || pruned.Percentile95 > all.Percentile95)
            {
                losing.Add(callers);
            }
        }

        report.Megabytes["peak"] = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        report.Remarks.Add(
            $"{size.Shape.Name}, {size.Shape.Layers} layers, q4, random weights; {size.Shape.TokensPerTile} visual tokens, or "
            + $"{pruning.Keep.Resolve(size.Shape.TokensPerTile)} kept, 18 of text, {size.NewTokens} new tokens; each caller asks again "
            + "when it has its answer. The encoder is one convolution.");
        return losing.Count == 0 || size.MayLose
            ? report
            : throw new InvalidOperationException(
                $"Benchmark: pruning loses with {string.Join(", ", losing)} callers. It must gain at any number; see the table above.");
    }

    private static LoadRow Call(VisionLanguageModel model, PreparedImage image, int callers, LoadSize size, PruningOptions? pruning)
    {
        IReadOnlyList<int> expected = Ask();
        int each = Math.Max(2, size.Requests / callers);
        double[] times = new double[callers * each];
        int wrong = 0;
        using var start = new Barrier(callers + 1);
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
        {
            start.SignalAndWait();
            for (int request = 0; request < each; request++)
            {
                long asked = Stopwatch.GetTimestamp();
                bool isRight = Ask().SequenceEqual(expected);
                times[(caller * each) + request] = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
                Interlocked.Add(ref wrong, isRight ? 0 : 1);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        start.SignalAndWait();
        long begun = Stopwatch.GetTimestamp();
        Array.ForEach(threads, thread => thread.Join());
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Array.Sort(times);
        return wrong == 0
            ? new LoadRow(times.Length / seconds, times[(int)Math.Ceiling(0.95 * times.Length) - 1])
            : throw new InvalidOperationException(
                $"Benchmark: {wrong} of {times.Length} answers with {callers} callers are others. They must be those of one caller; "
                + "nothing is timed before this is mended.");

        IReadOnlyList<int> Ask() => model.Answer(image, GeneratedModel.Question, pruning, size.NewTokens).TokenIds;
    }
}
