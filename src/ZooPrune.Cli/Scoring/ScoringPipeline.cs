using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>The ML.NET pipelines from images and questions to answers. Safe for any number of threads.</summary>
internal sealed class ScoringPipeline
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly ITransformer _ofPaths;
    private readonly ITransformer _ofImages;

    /// <param name="model">The model; must outlive the last row.</param>
    /// <param name="imageFolder">The folder that image paths start from.</param>
    /// <param name="options">Budget, method and length of the answers.</param>
    public ScoringPipeline(VisionLanguageModel model, string imageFolder, ScoreOptions options)
    {
        var ofPaths = _ml.Transforms.AnswerQuestions(new(model)
        {
            ImageColumnName = nameof(QuestionRow.Image),
            ImageFolder = imageFolder,
            Keep = options.Keep,
            Selection = options.Method,
            MaxNewTokens = options.MaxNewTokens,
            BatchSize = options.Batch,
            KeptTokenCountColumnName = nameof(AnswerRow.KeptTokenCount),
        });
        _ofPaths = ofPaths.Fit(_ml.Data.LoadFromEnumerable<QuestionRow>([]));
        _ofImages = ofPaths.Fit(_ml.Data.LoadFromEnumerable<ImageQuestionRow>([]));
    }

    /// <summary>Answers rows that name their image, in their order, as the result is enumerated.</summary>
    public IEnumerable<AnswerRow> Score(IEnumerable<InputRow> rows) => Answers(_ofPaths.Transform(
        _ml.Data.LoadFromEnumerable(rows.Select(row => new QuestionRow { Image = row.Image, Question = row.Question }))));

    /// <summary>Answers rows that hold their image, in their order, as the result is enumerated.</summary>
    public IEnumerable<AnswerRow> ScoreImages(IEnumerable<InputRow> rows) => Answers(_ofImages.Transform(
        _ml.Data.LoadFromEnumerable(rows.Select(row => new ImageQuestionRow { Image = row.ImageBytes!, Question = row.Question }))));

    private IEnumerable<AnswerRow> Answers(IDataView view) => _ml.Data.CreateEnumerable<AnswerRow>(view, reuseRowObject: false);
}

/// <summary>What goes into the pipeline: one question about one image file.</summary>
internal sealed class QuestionRow
{
    /// <summary>Path of the image, relative to the image folder.</summary>
    public string Image { get; set; } = "";

    /// <summary>What is asked.</summary>
    public string Question { get; set; } = "";
}

/// <summary>What goes into the pipeline: one question about one image.</summary>
internal sealed class ImageQuestionRow
{
    /// <summary>The image file.</summary>
    public byte[] Image { get; set; } = [];

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
