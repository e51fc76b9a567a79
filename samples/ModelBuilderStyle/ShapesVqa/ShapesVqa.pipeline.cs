using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The pipeline: what Model Builder keeps in a .training.cs file. There is nothing to train, so it is only put together.</summary>
public static partial class ShapesVqa
{
    /// <summary>Visual tokens that are kept unless a caller says otherwise; the description, ShapesVqa.mbconfig, says the same.</summary>
    public const int DefaultKeep = 64;

    /// <summary>
    /// Image and question to answer, one stage after the other, so that every row says what each stage of it took. (AnswerQuestions does it
    /// in one stage and remembers the image of the row before: sooner over many questions, but a row shows no time for what it shared.)
    /// </summary>
    /// <param name="ml">ML.NET.</param>
    /// <param name="model">The model; must outlive the pipeline.</param>
    /// <param name="keep">How many visual tokens the language model reads.</param>
    public static IEstimator<ITransformer> BuildPipeline(MLContext ml, VisionLanguageModel model, KeepBudget keep)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return ml.Transforms.PreprocessImages(new(model))
            .Append(ml.Transforms.EncodeImages(new(model)))
            .Append(ml.Transforms.PruneVisualTokens(new(model) { Keep = keep }))
            .Append(ml.Transforms.GenerateText(new(model)));
    }
}
