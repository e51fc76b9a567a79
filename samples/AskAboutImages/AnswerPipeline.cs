using Microsoft.ML;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>
/// The ML.NET pipeline from image files and questions to answers. The model's own decoder reads the files: ML.NET's LoadImages makes half
/// a picture of a truncated file, takes 1.6 GB for one of 20,000 x 20,000 pixels, and knows no EXIF orientation.
/// </summary>
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
        var pipeline = ml.Transforms
            .PreprocessImages(new(model) { ImageColumnName = nameof(QuestionRow.ImagePath), ImageFolder = imageFolder })
            .Append(Encode(ml, model, encoder))
            .Append(ml.Transforms.PruneVisualTokens(new(model)
            {
                Keep = keep,
                Selection = method,
                KeptTokenCountColumnName = nameof(AnswerRow.KeptTokenCount),
            }))
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

/// <summary>What goes into the pipeline: one question about one image.</summary>
internal sealed class QuestionRow
{
    /// <summary>Path of the image, relative to the image folder.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>What is asked.</summary>
    public string Text { get; set; } = "";
}

/// <summary>What comes out of the pipeline: the columns of its stages that the report needs.</summary>
internal sealed class AnswerRow
{
    public string Answer { get; set; } = "";

    /// <summary>Why the row could not be answered; empty = it could.</summary>
    public string Error { get; set; } = "";

    /// <summary>What should be known about the row, separated by "; ": unknown words, a budget above N. Usually empty.</summary>
    public string Note { get; set; } = "";

    public int VisualTokenCount { get; set; }

    /// <summary>What the language model read of them; embeddings between rows of tokens included.</summary>
    public int KeptTokenCount { get; set; }

    public int[] KeptIndices { get; set; } = [];

    public float PreprocessMilliseconds { get; set; }

    /// <summary>NaN where the encoder's stage does not measure.</summary>
    public float EncodeMilliseconds { get; set; } = float.NaN;

    public float PruneMilliseconds { get; set; }

    public float PrefillMilliseconds { get; set; }

    public float DecodeMilliseconds { get; set; }
}
