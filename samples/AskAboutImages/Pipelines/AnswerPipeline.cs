using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The ML.NET pipeline from image files and questions to answers.</summary>
internal static class AnswerPipeline
{
    /// <summary>Answers the rows one after the other, as the result is enumerated.</summary>
    /// <param name="model">The model; must outlive the enumeration.</param>
    /// <param name="imageFolder">The folder that image paths start from.</param>
    /// <param name="encoder">Which stage runs the vision encoder.</param>
    /// <param name="keep">How many visual tokens are kept.</param>
    /// <param name="method">How they are chosen.</param>
    /// <param name="questions">The rows.</param>
    public static IEnumerable<AnswerRow> Answer(
        VisionLanguageModel model,
        string imageFolder,
        EncoderStage encoder,
        KeepBudget keep,
        SelectionMethod method,
        IEnumerable<QuestionRow> questions)
    {
        var ml = new MLContext(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(questions);
        var pipeline = ml.Transforms.LoadImages("Image", imageFolder, nameof(QuestionRow.ImagePath))
            .Append(ml.Transforms.PreprocessImages(new(model)))
            .Append(Encode(ml, model, encoder))
            .Append(ml.Transforms.PruneVisualTokens(new(model) { Keep = keep, Selection = method, KeptTokenCountColumnName = nameof(AnswerRow.KeptTokenCount) }))
            .Append(ml.Transforms.GenerateText(new(model) { QuestionColumnName = nameof(QuestionRow.Text) }));

        // ApplyOnnxModel has no column of milliseconds; the property then keeps its NaN.
        return ml.Data.CreateEnumerable<AnswerRow>(
            pipeline.Fit(rows).Transform(rows), reuseRowObject: false, ignoreMissingColumns: encoder == EncoderStage.ApplyOnnxModel);
    }

    private static IEstimator<ITransformer> Encode(MLContext ml, VisionLanguageModel model, EncoderStage encoder) => encoder switch
    {
        EncoderStage.ApplyOnnxModel => ml.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", model.Files.VisionEncoder),
        _ => ml.Transforms.EncodeImages(new(model)),
    };
}
