using ZooPrune.Onnx;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>A model and its held-out images.</summary>
internal sealed class HeldOut : IDisposable
{
    private readonly string _folder;

    private HeldOut(string modelFolder)
    {
        _folder = Path.Combine(modelFolder, "heldout");
        Images = [.. QuestionFile.Read(Path.Combine(_folder, "questions.jsonl")).Select(question => question.Image).Distinct()];
        Model = VisionLanguageModel.Load(modelFolder, new VisionLanguageModelOptions { Threads = 1 });
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <summary>The model.</summary>
    public VisionLanguageModel Model { get; }

    /// <summary>Opens model and images.</summary>
    /// <param name="model">The model folder; null finds the repository's own.</param>
    /// <exception cref="UsageException">It is not there.</exception>
    public static HeldOut Open(string? model) => new(ModelLocation.Find(model));

    /// <summary>An image as the encoder wants it.</summary>
    public PreparedImage Prepare(string image) => Model.Prepare(Path.Combine(_folder, image));

    /// <summary>An image's tokens.</summary>
    public StudyImage Read(string image)
    {
        float[] visualTokens = Model.Encode(Prepare(image)).VisualTokens.ToArray();
        float[] projected = new float[Model.VisualTokenCount * Model.EmbeddingWidth];
        float[] sensitivity = new float[Model.VisualTokenCount];
        ((IClosedFormProjector)Model.Projector).ProjectWithSensitivity(visualTokens, projected, sensitivity);
        return new StudyImage(visualTokens, projected, sensitivity);
    }

    public void Dispose() => Model.Dispose();
}

/// <summary>One image's tokens.</summary>
/// <param name="VisualTokens">X, row-major [N, D].</param>
/// <param name="Projected">Z, row-major [N, H].</param>
/// <param name="Sensitivity">S, [N], in closed form.</param>
internal sealed record StudyImage(float[] VisualTokens, float[] Projected, float[] Sensitivity);
