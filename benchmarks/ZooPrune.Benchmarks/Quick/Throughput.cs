using System.Text.Json;
using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Benchmarks;

/// <summary>
/// Rows of questions about shapes-vlm's held-out images, answered by the fused stage in batches and by the stages around ApplyOnnxModel one row
/// at a time; and what a row costs that has nothing to compute.
/// </summary>
internal sealed class Throughput
{
    private const int Keep = 64;
    private const int Rounds = 3;
    private const int EmptyRows = 5000;

    private readonly MLContext _ml = new(seed: 1);
    private readonly VisionLanguageModel _model;
    private readonly string _images;

    private Throughput(VisionLanguageModel model, string images)
    {
        _model = model;
        _images = images;
    }

    /// <summary>Asserts that both ways give the same answers, then times them in turn.</summary>
    public static void Measure(QuickReport report, string modelFolder)
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(modelFolder);
        string images = Path.Combine(modelFolder, "heldout");
        Throughput throughput = new(model, images);
        Row[] questions = Questions(Path.Combine(images, "questions.jsonl"));
        Row[] sixEach = [.. questions.GroupBy(row => row.ImagePath).Take(10).SelectMany(image => Enumerable.Range(0, 6).Select(i => image.ElementAt(i % image.Count())))];
        Row[] oneEach = [.. questions.DistinctBy(row => row.ImagePath).Take(20)];
        double fused = throughput.Compare(report, sixEach, "");
        throughput.Compare(report, oneEach, "_one_question_per_image");

        Row[] empty = [.. Enumerable.Range(0, EmptyRows).Select(_ => new Row { Text = "What?" })];
        double plumbing = Stopwatches.Median(Rounds, () => throughput.Answer(throughput.Fused(), empty))[0] / EmptyRows;
        report.Milliseconds["plumbing_per_row"] = plumbing;
        report.Ratios["plumbing_share"] = plumbing / fused;
        report.Remarks.Add(
            $"batch_rows_per_second: AnswerQuestions over one row at a time with ApplyOnnxModel, shapes-vlm, {Keep} tokens kept, six questions an image; plumbing_share: a row without an image "
            + "through the fused stage, its error text included, over a row that is answered.");
    }

    /// <returns>Milliseconds a row of the fused stage.</returns>
    private double Compare(QuickReport report, Row[] rows, string suffix)
    {
        string[] expected = Answer(RowByRow(), rows);
        string[] actual = Answer(Fused(), rows);
        int wrong = Enumerable.Range(0, rows.Length).FirstOrDefault(i => expected[i] != actual[i], -1);
        if (wrong >= 0)
        {
            throw new InvalidOperationException(
                $"Benchmark: row {wrong} is answered '{actual[wrong]}' in a batch. Alone it is '{expected[wrong]}'; nothing is timed before this is mended.");
        }

        double[] times = Stopwatches.Median(Rounds, () => Answer(RowByRow(), rows), () => Answer(Fused(), rows));
        report.Milliseconds[$"row_alone{suffix}"] = times[0] / rows.Length;
        report.Milliseconds[$"row_in_batches{suffix}"] = times[1] / rows.Length;
        report.Ratios[$"batch_rows_per_second{suffix}"] = times[0] / times[1];
        return times[1] / rows.Length;
    }

    private IEstimator<ITransformer> RowByRow() => _ml.Transforms.LoadImages("Image", _images, nameof(Row.ImagePath))
        .Append(_ml.Transforms.PreprocessImages(new(_model)))
        .Append(_ml.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", _model.Files.VisionEncoder))
        .Append(_ml.Transforms.PruneVisualTokens(new(_model) { Keep = KeepBudget.Tokens(Keep) }))
        .Append(_ml.Transforms.GenerateText(new(_model) { QuestionColumnName = nameof(Row.Text), BatchSize = 1 }));

    private IEstimator<ITransformer> Fused() => _ml.Transforms.AnswerQuestions(new(_model)
    {
        ImageColumnName = nameof(Row.ImagePath),
        ImageFolder = _images,
        QuestionColumnName = nameof(Row.Text),
        Keep = KeepBudget.Tokens(Keep),
    });

    private string[] Answer(IEstimator<ITransformer> pipeline, Row[] rows)
    {
        IDataView view = _ml.Data.LoadFromEnumerable(rows);
        IDataView answered = pipeline.Fit(view).Transform(view);
        return [.. _ml.Data.CreateEnumerable<Answered>(answered, reuseRowObject: true).Select(row => row.Answer)];
    }

    // PNG only: both decoders give the same pixels for them, whereas those of JPEG files may differ by a level.
    private static Row[] Questions(string path) =>
    [
        .. File.ReadLines(path)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => new Row { ImagePath = line.GetProperty("image").GetString()!, Text = line.GetProperty("question").GetString()! })
            .Where(row => row.ImagePath.EndsWith(".png", StringComparison.Ordinal)),
    ];

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Text { get; set; } = "";
    }

    private sealed class Answered
    {
        public string Answer { get; set; } = "";
    }
}
