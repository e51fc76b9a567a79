using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML;

namespace ZooPrune.MLNet.Tests;

[Collection(AloneCollectionDefinition.Name)]
public sealed class StageTelemetryTests : IDisposable
{
    private readonly TinyChains _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Meter_AnswerQuestions_CountsRowsTokensAndTimes()
    {
        ITransformer stage = _test.ML.Transforms.AnswerQuestions(new(_test.Model)
        {
            Keep = KeepBudget.Tokens(3),
            Selection = SelectionMethod.Uniform,
            ImageColumnName = "ImagePath",
            ImageFolder = TestModel.Images,
            QuestionColumnName = "Text",
            KeptTokenCountColumnName = "kept",
            BatchSize = 1,
        }).Fit(_test.Rows);
        using Listening listening = new("AnswerQuestions");

        long start = Stopwatch.GetTimestamp();

        int[] kept = Numbers.Column<int>(stage.Transform(_test.Rows), "kept");

        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string[] lines = [.. listening.Lines().Where(line => line.Contains("selection=Uniform", StringComparison.Ordinal))];
        const string Tags = "zooprune.stage=AnswerQuestions zooprune.selection=Uniform";
        Assert.Equal([3, 3, 3, 3], kept);
        Assert.Equal(
            [
                $"zooprune.rows [{Tags}] = 4",
                $"zooprune.stage.duration [{Tags}] = 4",
                $"zooprune.step.duration [{Tags} zooprune.step=decode] = 4",
                $"zooprune.step.duration [{Tags} zooprune.step=encode] = 2",
                $"zooprune.step.duration [{Tags} zooprune.step=prefill] = 4",
                $"zooprune.step.duration [{Tags} zooprune.step=preprocess] = 2",
                $"zooprune.step.duration [{Tags} zooprune.step=prune] = 2",
                $"zooprune.visual_tokens.in [{Tags}] = 8",
                $"zooprune.visual_tokens.kept [{Tags}] = 6",
            ],
            lines);
        Assert.All(listening.Seconds, seconds => Assert.InRange(seconds, 1e-9, elapsed));
    }

    [Fact]
    public void Meter_PruneVisualTokens_SaysItsSelection()
    {
        ITransformer stage = _test.ML.Transforms
            .PruneVisualTokens(
                new(_test.Model) { Keep = KeepBudget.Tokens(1), Selection = SelectionMethod.Random, KeptTokenCountColumnName = "kept" })
            .Fit(Tokens(3));
        using Listening listening = new("PruneVisualTokens");

        int[] kept = Numbers.Column<int>(stage.Transform(Tokens(3)), "kept");

        const string Tags = "zooprune.stage=PruneVisualTokens zooprune.selection=Random";
        Assert.Equal([1, 1, 1], kept);
        Assert.Equal(
            [
                $"zooprune.rows [{Tags}] = 3",
                $"zooprune.stage.duration [{Tags}] = 3",
                $"zooprune.visual_tokens.in [{Tags}] = 12",
                $"zooprune.visual_tokens.kept [{Tags}] = 3"],
            listening.Lines().Where(line => line.Contains(Tags, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(RowErrors.Report)]
    [InlineData(RowErrors.Throw)]
    public void Meter_BadRows_CountsEachOnceByType(RowErrors errors)
    {
        var stage = new NamedStage("Meter_BadRows " + errors, errors);
        using Listening listening = new(stage.Name);

        IDataView view = Numbers.Transform(stage, Numbers.View(5));
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema["Y"]);
            float value = 0;
            while (cursor.MoveNext())
            {
                Record.Exception(() => getter(ref value));
                Record.Exception(() => getter(ref value));
            }
        }

        Assert.Equal(
            [
                $"zooprune.errors [zooprune.stage={stage.Name} error.type=System.FormatException] = 1",
                $"zooprune.errors [zooprune.stage={stage.Name} error.type=ZooPrune.ZooPruneException] = 1",
                $"zooprune.rows [zooprune.stage={stage.Name}] = 3",
            ],
            listening.Lines().Where(line => !line.StartsWith("zooprune.stage.duration", StringComparison.Ordinal)));
    }

    [Fact]
    public void Meter_Instruments_HaveTheirNamesAndUnits()
    {
        // The names and units are in docs/metrics.md and in the dashboards of users.
        _ = new StageTelemetry(new DoublingStage());
        using Listening listening = new("none");

        Assert.Equal(
            [
                ("zooprune.errors", "{row}"),
                ("zooprune.rows", "{row}"),
                ("zooprune.stage.duration", "s"),
                ("zooprune.step.duration", "s"),
                ("zooprune.visual_tokens.in", "{token}"),
                ("zooprune.visual_tokens.kept", "{token}"),
            ],
            listening.Units.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public void Documentation_OfMetrics_NamesEveryInstrument()
    {
        _ = new StageTelemetry(new DoublingStage());
        using Listening listening = new("none");
        string text = File.ReadAllText(Path.Combine(TestModel.Root, "docs", "metrics.md"));

        Assert.All(listening.Units, pair => Assert.Contains($"| `{pair.Key}` | `{pair.Value}` |", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Activities_OfAPipeline_AreOnePerStageAndBatch()
    {
        using var parent = new Activity(nameof(Activities_OfAPipeline_AreOnePerStageAndBatch)).Start();
        var activities = new ConcurrentQueue<Activity>();
        using ActivityListener listener = Listen(activities);

        Assert.Equal(4, _test.Read(_test.Ours()).Length);

        // Four rows: a batch of one, one of two, one of one.
        string[] lines = [.. activities.Where(activity => activity.TraceId == parent.TraceId).Select(Line)];
        Assert.Equal(
            ["PreprocessImages 1", "EncodeImages 1", "PruneVisualTokens 1 ZooPrune", "GenerateText 1"],
            lines.Take(4));
        Assert.Equal(4, lines.Where(line => line.StartsWith("PruneVisualTokens 1", StringComparison.Ordinal)).Count());
        Assert.Contains("GenerateText 2", lines);
    }

    [Fact]
    public void Activities_BatchWithABadRow_HasErrorStatus()
    {
        var stage = new NamedStage("Activities_BadRow", RowErrors.Report);
        var activities = new ConcurrentQueue<Activity>();
        using ActivityListener listener = Listen(activities);

        Numbers.Column<float>(Numbers.Transform(stage, Numbers.View(3)), "Y");

        Assert.Equal(
            [(ActivityStatusCode.Unset, null), (ActivityStatusCode.Unset, null), (
                ActivityStatusCode.Error, "1 rows could not be computed")],
            activities.Where(activity => activity.OperationName == stage.Name).Select(
                activity => (activity.Status, activity.StatusDescription)));
    }

    [Fact]
    public void Stop_NobodyListens_AllocatesNothing()
    {
        var telemetry = new StageTelemetry(new DoublingStage());
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++)
        {
            telemetry.Stop(1, 0, TimeSpan.Zero, activity: null);
            telemetry.AddTokens(576, 64);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> activities)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ZooPrune",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Stage, rows and selection, if it has one.</summary>
    private static string Line(Activity activity) =>
        $"{activity.OperationName} {activity.GetTagItem("zooprune.rows")} {activity.GetTagItem("zooprune.selection")}".TrimEnd();

    private IDataView Tokens(int rows) => _test.ML.Data.LoadFromEnumerable(
        Enumerable.Range(1, rows).Select(
            row => new TokensRow { VisualTokens = [.. Enumerable.Range(0, 24).Select(i => (float)Math.Sin(row * i))] }).ToArray());

    /// <summary>Y = X, but 2 is refused and 3 fails.</summary>
    private sealed class NamedStage : StageDefinition
    {
        public NamedStage(string name, RowErrors errors)
            : base(name, errors, "Error")
        {
            X = Reads(InputColumn.Scalar("X", Microsoft.ML.Data.NumberDataViewType.Single, "name it."), "X");
            Y = Adds(new ScalarColumn<float>("Y", Microsoft.ML.Data.NumberDataViewType.Single), "Y");
        }

        public InputColumn X { get; }

        public ScalarColumn<float> Y { get; }

        public override BatchMapper Open(InputRow row, int capacity) => new Mapper(this, row);

        private sealed class Mapper : RowMapper
        {
            private readonly ScalarInput<float> _x;
            private readonly ScalarOutput<float> _y;

            public Mapper(NamedStage stage, InputRow row)
                : base(stage, row)
            {
                _x = row.Scalar<float>(stage.X);
                _y = Output(stage.Y);
            }

            protected override void Compute() => _y.Set(0, _x.Value switch
            {
                2 => throw new ZooPruneException("Refused."),
                3 => throw new FormatException("Failed."),
                _ => _x.Value,
            });
        }
    }
}
