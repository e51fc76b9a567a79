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
