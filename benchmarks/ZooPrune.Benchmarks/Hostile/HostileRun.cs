using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;
using ZooPrune.Tests;
using ZooPrune.Text;

namespace ZooPrune.Benchmarks;

/// <summary>
/// Seeded hostile input by the thousand: every one is answered or refused with an error of this library, within seconds and bounded memory,
/// and no process ends. Slices of the same are in the tests.
/// </summary>
internal static class HostileRun
{
    private static readonly string Pictures = Path.Combine("tests", "ZooPrune.Onnx.Tests", "Data", "images");
    private static readonly string Saved = Path.Combine("tests", "ZooPrune.MLNet.Tests", "Data", "Persistence");

    /// <summary>Does all of it, or one kind.</summary>
    /// <param name="only">pictures, folders, zips, templates, dispose or requests; null for all.</param>
    /// <param name="seed">Another one hunts elsewhere.</param>
    /// <param name="isTiny">A twentieth of it, to see that all works.</param>
    /// <param name="output">Takes a line a kind, and each failure.</param>
    /// <returns>Whether nothing went wrong.</returns>
    public static bool Measure(string? only, int seed, bool isTiny, TextWriter output)
    {
        int part = isTiny ? 20 : 1;
        bool isRight = true;
        output.WriteLine("kind          tried  taken  refused  wrong  slowest ms  most MB allocated  peak MB  slowest");
        foreach ((string kind, Func<Tally> run) in ((string, Func<Tally>)[])
            [
                ("templates", Templates), ("pictures", () => RunPictures(3000 / part, seed)),
                ("folders", () => RunFolders(3000 / part, seed)),
                ("zips", () => RunZips(2000 / part, seed)), ("dispose", () => DisposeRun.Measure(100 / part)),
                ("requests", () => RequestRun.Measure(500 / part)),
            ])
        {
            if (only is null || only == kind)
            {
                Tally tally = run();
                output.WriteLine(tally.Line(kind));
                tally.Wrong.Take(10).ToList().ForEach(output.WriteLine);
                isRight &= tally.Wrong.Count == 0;
            }
        }

        return isRight;
    }

    private static Tally Templates()
    {
        var tally = new Tally(TimeSpan.FromSeconds(2), 256 << 20);
        foreach ((string what, string source) in HostileTemplates.All)
        {
            tally.Try(what, () => ChatTemplate.Parse("hostile", source).Render([new ChatMessage("user", "Hello?")]));
        }

        byte[][] good =
        [
            .. Directory.GetFiles("tests", "chat_template.jinja", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(File.ReadAllBytes),
        ];
        for (int i = 0; i < 1000; i++)
        {
            var random = new Random(i);
            string source = System.Text.Encoding.UTF8.GetString(TemplateMutation.Apply(good[random.Next(good.Length)], random));
            tally.Try($"mutation {i}", () => ChatTemplate.Parse("hostile", source)
                .Render([new ChatMessage("user", [ChatPart.Image, new ChatPart("What?")])]));
        }

        return tally;
    }

    private static Tally RunPictures(int count, int seed)
    {
        var tally = new Tally(TimeSpan.FromSeconds(5), 1 << 30);
        using var model = VisionLanguageModel.Load(Path.Combine(Saved, "tiny-model"));
        byte[][] good = [.. Directory.GetFiles(Pictures, "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => Path.GetExtension(path) is ".png" or ".jpg" or ".webp" or ".gif" or ".bmp").Select(File.ReadAllBytes)];
        foreach ((string what, Func<byte[]> create) in HostilePictures.All())
        {
            byte[] file = create();
            tally.Try(what, () => model.Prepare(file, "picture"));
        }

        for (int i = 0; i < count; i++)
        {
            var random = new Random(seed + i);
            byte[] file = good[random.Next(good.Length)];
            for (int change = random.Next(1, 4); change > 0 && file.Length > 0; change--)
            {
                file = ByteMutation.Apply(file, random);
            }

            tally.Try($"picture, seed {seed + i}", () => model.Prepare(file, "picture"));
        }

        return tally;
    }

    private static Tally RunFolders(int count, int seed)
    {
        var tally = new Tally(TimeSpan.FromSeconds(5), 256 << 20);
        using var folder = new ScratchFolder(Path.Combine(Saved, "tiny-model"));
        byte[] picture = [.. Enumerable.Range(0, 3 * 40 * 30).Select(i => (byte)(i * 7))];
        for (int i = 0; i < count; i++)
        {
            var random = new Random(seed + i);
            string file = folder.Files[random.Next(folder.Files.Count)];
            byte[] good = File.ReadAllBytes(file);
            File.WriteAllBytes(file, file.EndsWith(".json", StringComparison.Ordinal) && random.Next(4) > 0
                ? JsonMutation.Apply(good, random)
                : ByteMutation.Apply(good, random));
            tally.Try($"folder, {Path.GetFileName(file)}, seed {seed + i}", () =>
            {
                using var model = VisionLanguageModel.Load(folder.Root, new VisionLanguageModelOptions { Threads = 1 });
                model.Answer(model.Prepare(picture, 40, 30), "what ?", new PruningOptions { Keep = KeepBudget.Ratio(0.5) }, 2);
            });
            File.WriteAllBytes(file, good);
        }

        return tally;
    }

    private static Tally RunZips(int count, int seed)
    {
        var tally = new Tally(TimeSpan.FromSeconds(5), 256 << 20);
        using var folder = new ScratchFolder(Saved);
        byte[][] good = [.. Directory.GetFiles(Saved, "*.zip").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        string path = Path.Combine(folder.Root, "mutated.zip");
        for (int i = 0; i < count; i++)
        {
            var random = new Random(seed + i);
            File.WriteAllBytes(path, ZipMutation.Apply(good[random.Next(good.Length)], random));
            tally.Try($"zip, seed {seed + i}", () => ZooPruneModel.Load(
                new MLContext(),
                path,
                out _,
                new ZooPruneLoadOptions { ImageFolder = folder.Root, MaxUnpackedBytes = 64 << 20 }).Dispose());
        }

        return tally;
    }
}

/// <summary>What became of many tries.</summary>
/// <param name="slow">What takes longer is wrong.</param>
/// <param name="large">What allocates more is wrong.</param>
internal sealed class Tally(TimeSpan slow, long large)
{
    private int _tried;
    private int _taken;
    private TimeSpan _slowest;
    private string _slowestOne = "";
    private long _largest;

    public List<string> Wrong { get; } = [];

    /// <summary>Counts what was not tried here.</summary>
    public void Add(bool isTaken, TimeSpan time, string? problem)
    {
        _tried++;
        _taken += isTaken ? 1 : 0;
        _slowest = time > _slowest ? time : _slowest;
        if (problem is not null)
        {
            Wrong.Add($"  {problem}");
        }
    }

    /// <summary>Uses something hostile, again where it seems slow: other programs share the cores.</summary>
    public void Try(string what, Action use)
    {
        TimeSpan best = TimeSpan.MaxValue;
        Exception? thrown = null;
        for (int round = 0; round < 3 && best > slow; round++)
        {
            thrown = null;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                use();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }

            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
            _largest = Math.Max(_largest, GC.GetAllocatedBytesForCurrentThread() - bytes);
            if (GC.GetAllocatedBytesForCurrentThread() - bytes > large)
            {
                Wrong.Add($"  {what}: it allocated {(GC.GetAllocatedBytesForCurrentThread() - bytes) >> 20} MB");
                break;
            }
        }

        if (best > _slowest)
        {
            _slowestOne = what;
        }

        string? problem = thrown is not (null or ZooPruneException or ArgumentException)
                ? $"{what}: {thrown.GetType().Name}: {thrown.Message} {thrown.StackTrace?.Split('\n')[0]}"
            : thrown is not null && (thrown.Message.Length > 2000 || thrown.Message.Any(char.IsControl))
                ? $"{what}: message of {thrown.Message.Length} characters: {thrown.Message[..Math.Min(160, thrown.Message.Length)]}"
            : best > slow ? string.Create(CultureInfo.InvariantCulture, $"{what}: it took {best.TotalSeconds:0.0} s")
            : null;
        Add(thrown is null, best, problem);
    }

    public string Line(string kind)
    {
        using var process = Process.GetCurrentProcess();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{kind,-12} {_tried,6:N0} {_taken,6:N0} {_tried - _taken,8:N0} {Wrong.Count,6:N0} {_slowest.TotalMilliseconds,11:N0} ")
            + string.Create(
                CultureInfo.InvariantCulture, $"{_largest / 1e6,18:N1} {process.PeakWorkingSet64 / 1e6,8:N0}  {_slowestOne}");
    }
}

/// <summary>A copy of a folder, deleted at the end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder(string original)
    {
        foreach (string file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string copy = Path.Combine(Root, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            Files.Add(copy);
        }
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("zooprune-hostile-").FullName;

    public List<string> Files { get; } = [];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
