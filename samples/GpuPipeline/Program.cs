using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

// README's pipeline on an NVIDIA GPU: dotnet run --project samples/GpuPipeline -- MODEL IMAGES [DEVICE]
// docs/gpu.md says what it needs, and what has not been tried on one.
if (args.Length is not (2 or 3))
{
    Console.Error.WriteLine("GpuPipeline: two or three arguments are needed. Expected MODEL IMAGES [DEVICE], as in models/shapes-vlm "
        + "models/shapes-vlm/heldout cuda:0; give them.");
    Environment.ExitCode = 2;
    return;
}

try
{
    Device device = args.Length > 2 ? Device.Parse(args[2]) : Device.Cuda(0);
    using var model = VisionLanguageModel.Load(args[0], new VisionLanguageModelOptions { Device = device });

    // One stage for all steps: on a device the visual tokens stay there between encoding and pruning.
    var ml = new MLContext(seed: 1);
    IDataView rows = ml.Data.LoadFromEnumerable(
        Directory.GetFiles(args[1], "*.png").Order().Select(path => new Question { ImagePath = Path.GetFileName(path), Text = "how many shapes are there?" }));
    IEstimator<ITransformer> pipeline = ml.Transforms.AnswerQuestions(new(model)
    {
        Keep = KeepBudget.Ratio(0.11),
        ImageFolder = args[1],
        ImageColumnName = nameof(Question.ImagePath),
        QuestionColumnName = nameof(Question.Text),
    });

    foreach (Answer answer in ml.Data.CreateEnumerable<Answer>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false))
    {
        Console.WriteLine($"{answer.ImagePath}: {answer.Text} (encode {answer.EncodeMilliseconds:0.0} ms, prune {answer.PruneMilliseconds:0.0} ms, "
            + $"prefill {answer.PrefillMilliseconds:0.0} ms)");
    }
}
catch (Exception exception) when (exception is ZooPruneException or FormatException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    Environment.ExitCode = 1;
}

/// <summary>A row that goes in.</summary>
internal sealed class Question
{
    public required string ImagePath { get; init; }

    public required string Text { get; init; }
}

/// <summary>A row that comes out.</summary>
internal sealed class Answer
{
    public string ImagePath { get; set; } = "";

    [ColumnName("Answer")]
    public string Text { get; set; } = "";

    public float EncodeMilliseconds { get; set; }

    public float PruneMilliseconds { get; set; }

    public float PrefillMilliseconds { get; set; }
}
