using ZooPrune.Onnx;

namespace ZooPrune.Models;

/// <summary>The model of this package, as files beside the program: building and publishing a project that takes the package copies
/// them.</summary>
/// <remarks>It answers questions about six shapes in eight colours and nothing else: a model to try things with.</remarks>
public static class ShapesVlm
{
    /// <summary>The model's folder, for <see cref="VisionLanguageModel.Load(string, VisionLanguageModelOptions?)"/>.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "shapes-vlm");

    /// <summary>Folder of 600 pictures that it was not trained on, 0000.png to 0599.jpg, and questions.jsonl with five questions about
    /// each: image, question, answer, kind.</summary>
    public static string Images { get; } = Path.Combine(Folder, "heldout");
}
