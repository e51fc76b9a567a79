using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The ML.NET pipeline from image files and questions to answers. Safe for any number of threads.</summary>
internal sealed class ScoringPipeline
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly ITransformer _stages;

    /// <param name="model">The model; must outlive the last row.</param>
    /// <param name="imageFolder">The folder that image paths start from.</param>
    /// <param name="options">Budget, method and length of the answers.</param>
    public ScoringPipeline(VisionLanguageModel model, string imageFolder, BatchOptions options)
    {
        var stages = _ml.Transforms.AnswerQuestions(new(model)
        {
            ImageColumnName = nameof(QuestionRow.ImagePath),
            ImageFolder = imageFolder,
            Keep = options.Keep,
            Selection = options.Method,
            MaxNewTokens = options.MaxNewTokens,
            BatchSize = options.Batch,
            KeptTokenCountColumnName = nameof(AnswerRow.KeptTokenCount),
        });
        _stages = stages.Fit(_ml.Data.LoadFromEnumerable<QuestionRow>([]));
    }

    /// <summary>Answers a batch of rows, in their order, as the result is enumerated.</summary>
    public IEnumerable<AnswerRow> Score(IEnumerable<QuestionRow> batch) =>
        _ml.Data.CreateEnumerable<AnswerRow>(_stages.Transform(_ml.Data.LoadFromEnumerable(batch)), reuseRowObject: false);
}

/// <summary>What goes into the pipeline: one question about one image.</summary>
internal sealed class QuestionRow
{
    /// <summary>Path of the image, relative to the image folder.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>What is asked.</summary>
    public string Question { get; set; } = "";
}

/// <summary>What comes out of the pipeline: the columns of its stages that the output needs.</summary>
internal sealed class AnswerRow
{
    public string Answer { get; set; } = "";

    public string Error { get; set; } = "";

    public string Note { get; set; } = "";

    public int VisualTokenCount { get; set; }

    /// <summary>What the language model read of them; embeddings between rows of tokens included.</summary>
    public int KeptTokenCount { get; set; }

    public float PreprocessMilliseconds { get; set; }

    public float EncodeMilliseconds { get; set; }

    public float PruneMilliseconds { get; set; }

    public float PrefillMilliseconds { get; set; }

    public float DecodeMilliseconds { get; set; }

    /// <summary>The same as a result.</summary>
    public RowResult ToResult() => Error.Length > 0
        ? new RowResult { Error = Error, Note = Note }
        : new RowResult
        {
            Answer = Answer,
            VisualTokens = VisualTokenCount,
            KeptTokens = KeptTokenCount,
            Note = Note,
            Milliseconds = [PreprocessMilliseconds, EncodeMilliseconds, PruneMilliseconds, PrefillMilliseconds, DecodeMilliseconds],
        };
}
