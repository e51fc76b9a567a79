using System.Diagnostics;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Benchmarks;

/// <summary>What has to be measured in a process that has done nothing else: this program again, with --child.</summary>
internal static class ChildProcess
{
    /// <summary>Answers with all tokens; gives the peak in MB.</summary>
    public const string Ours = "ours";

    /// <summary>Answers with a ninth of the tokens; gives the peak in MB.</summary>
    public const string OursPruned = "ours_pruned";

    /// <summary>Answers by GenAI; gives the peak in MB.</summary>
    public const string Peer = "genai";

    /// <summary>Prunes; gives the milliseconds of the first time and the median of later ones.</summary>
    public const string FirstPrune = "first_prune";

    private const int KeptPart = 9;
    private const int WarmPrunes = 30;

    /// <summary>Starts a process and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static double[] Run(string what, string folder, int newTokens)
    {
        string program = typeof(ChildProcess).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [program, "--child", what, folder, $"{newTokens}"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split(' ', StringSplitOptions.TrimEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException(
                $"Benchmark: the process that measures {what} ended with exit code {process.ExitCode}. Needs 0; its messages are above.");
    }

    /// <summary>The other side: measures and prints.</summary>
    /// <param name="arguments">What, folder, new tokens.</param>
    /// <param name="output">Receives numbers with a space between them.</param>
    public static void Measure(ReadOnlySpan<string> arguments, TextWriter output)
    {
        (string what, string folder) = (arguments[0], arguments[1]);
        int newTokens = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        double[] results = what == FirstPrune ? Prunes(folder) : Peak(what, folder, newTokens);
        output.WriteLine(string.Join(' ', results.Select(number => number.ToString("R", CultureInfo.InvariantCulture))));
    }

    private static double[] Prunes(string folder)
    {
        using var model = VisionLanguageModel.Load(folder);
        PreparedImage image = Grey(model);
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(model.VisualTokenCount / KeptPart) };
        double[] times = [.. Enumerable.Range(0, 1 + WarmPrunes).Select(_ => Prune())];
        return [times[0], times[1..].Order().ElementAt(WarmPrunes / 2)];

        double Prune() => model.Answer(image, "What color is the circle?", pruning, 1).Timings.Prune.TotalMilliseconds;
    }

    private static double[] Peak(string what, string folder, int newTokens)
    {
        if (what == Peer)
        {
            using var peer = new GenAiModel(Path.Combine(folder, "onnx"));
            peer.Answer(Prompt(folder), newTokens);
        }
        else
        {
            using var model = VisionLanguageModel.Load(folder);
            int kept = what == OursPruned ? model.VisualTokenCount / KeptPart : model.VisualTokenCount;
            PruningOptions? pruning = what == OursPruned ? new PruningOptions { Keep = KeepBudget.Tokens(kept) } : null;
            model.Answer(Grey(model), GeneratedModel.Question, pruning, newTokens);
        }

        using var process = Process.GetCurrentProcess();
        return [process.PeakWorkingSet64 / 1e6];
    }

    /// <summary>A picture with something in it, of the size that the encoder takes.</summary>
    private static PreparedImage Grey(VisionLanguageModel model)
    {
        int side = model.ImageSize;
        float[] pixels = [.. Enumerable.Range(0, 3 * side * side).Select(i => (i * 7919 % 1000 / 500f) - 1)];
        return new PreparedImage(pixels, [1, 3, side, side], side, side);
    }

    /// <summary>As many ids as ours reads.</summary>
    private static int[] Prompt(string folder)
    {
        using var model = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        int side = model.RootElement.GetProperty("vision_config").GetProperty("image_size").GetInt32() / DecoderShape.PatchSide;
        return GeneratedModel.PromptOf(side * side);
    }
}
