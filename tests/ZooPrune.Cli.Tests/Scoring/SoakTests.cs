using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

/// <summary>What a long run leaves behind.</summary>
public class SoakTests
{
    private const int Early = 1_000;
    private const int Late = 10_000;

    /// <summary>
    /// The tiny model is through the first thousand rows before the runtime has compiled what runs often, and memory for optimised code is
    /// no leak. So a run that is not measured goes before; for a real model the first rows of the run itself take long enough. On a busy
    /// machine the compiler may be late all the same: what has grown once may be that, what grows again is a leak.
    /// </summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_TenThousandRows_NothingGrows()
    {
        using var model = VisionLanguageModel.Load(TestPaths.TinyModel, new VisionLanguageModelOptions { Threads = 1 });
        Score(model, _ => { });

        (Footprint early, Footprint late) = Measure(model);
        if (late.HasGrownSince(early))
        {
            (early, late) = Measure(model);
        }

        Assert.False(late.HasGrownSince(early), $"after {Early} rows {early}, after {Late} rows {late}");
    }

    private static (Footprint Early, Footprint Late) Measure(VisionLanguageModel model)
    {
        List<Footprint> measured = [];
        Score(model, progress =>
        {
            if (progress.Rows is Early or Late)
            {
                measured.Add(Footprint.Now());
            }
        });

        Assert.Equal(2, measured.Count);
        return (measured[0], measured[1]);
    }

    private static void Score(VisionLanguageModel model, Action<Progress> report)
    {
        using ScoringFolder folder = new();
        string input = folder.WriteQuestions(Late);
        ScoreOptions options = ScoreCommandTests.Parse(folder.Arguments("--workers", "2"));
        var layout = InputLayout.Read(input, TableFormat.Csv, wantsColumns: true);
        using DelimitedReader reader = new(input, layout, options.Columns, layout.FirstRow);
        using var file = ScoredFile.Begin(folder.Output, [], layout.FirstRow);
        ScoringPipeline pipeline = new(model, Path.GetDirectoryName(input)!, options);

        new ScoringRun(reader, pipeline, RowFormatter.Create(TableFormat.Csv, layout, withTimings: false), file, options)
            .Run(null, report, CancellationToken.None);

        Assert.Equal(Late, file.Committed.Rows);
    }

    /// <summary>What a process holds.</summary>
    /// <param name="Managed">Bytes of live objects.</param>
    /// <param name="Resident">Bytes in memory, native ones among them: those of sessions and tensors.</param>
    /// <param name="Handles">Open files, sockets and the like.</param>
    private sealed record Footprint(long Managed, long Resident, int Handles)
    {
        public bool HasGrownSince(Footprint earlier) =>
            Managed > earlier.Managed * 1.05 || Resident > earlier.Resident * 1.05 || Handles > earlier.Handles + 2;

        public static Footprint Now()
        {
            for (int i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            using var process = Process.GetCurrentProcess();
            return new Footprint(GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64, process.HandleCount);
        }
    }
}
