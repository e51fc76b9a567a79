using ZooPrune.Onnx;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>The held-out images of a model and the questions about them.</summary>
internal sealed class HeldOut : IDisposable
{
    /// <summary>The kind of question that asks for a number of objects.</summary>
    public const string CountKind = "count";

    private readonly string _folder;
    private readonly Dictionary<PositionMode, VisionLanguageModel> _models = [];

    private HeldOut(string modelFolder, IReadOnlyList<IGrouping<string, Question>> images)
    {
        _folder = Path.Combine(modelFolder, "heldout");
        Images = images;
        foreach (PositionMode mode in (PositionMode[])[PositionMode.KeepOriginal, PositionMode.Compact])
        {
            _models.Add(mode, VisionLanguageModel.Load(modelFolder, new VisionLanguageModelOptions { Positions = mode, Threads = 1 }));
        }
    }

    /// <summary>The images, each with its questions.</summary>
    public IReadOnlyList<IGrouping<string, Question>> Images { get; }

    /// <summary>The model that keeps positions.</summary>
    public VisionLanguageModel Model => _models[PositionMode.KeepOriginal];

    /// <summary>Opens model and questions.</summary>
    /// <param name="model">The model folder; null finds the repository's own.</param>
    /// <exception cref="UsageException">It is not there.</exception>
    public static HeldOut Open(string? model)
    {
        string folder = ModelLocation.Find(model);
        return new HeldOut(
            folder, [.. QuestionFile.Read(Path.Combine(folder, "heldout", "questions.jsonl"), null).GroupBy(question => question.Image)]);
    }

    /// <summary>An image as the encoder wants it.</summary>
    public PreparedImage Prepare(string image) => Model.Prepare(Path.Combine(_folder, image));

    /// <summary>An image's tokens.</summary>
    public StudyImage Read(string image)
    {
        float[] visualTokens = Model.Encode(Prepare(image));
        var projector = (IClosedFormProjector)Model.Projector;
        float[] projected = new float[Model.VisualTokenCount * Model.EmbeddingWidth];
        float[] sensitivity = new float[Model.VisualTokenCount];
        projector.ProjectWithSensitivity(visualTokens, projected, sensitivity);
        return new StudyImage(visualTokens, projected, sensitivity, projector);
    }

    /// <summary>Asks all questions about an image of which only some tokens were kept.</summary>
    /// <param name="image">The image.</param>
    /// <param name="kept">Places of the kept tokens, ascending.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="positions">The positions that the kept tokens get.</param>
    public RuleOutcome Ask(StudyImage image, int[] kept, IEnumerable<Question> questions, PositionMode positions)
    {
        VisionLanguageModel model = _models[positions];
        using ImageContext context = model.ReadImage(image.Gather(kept), kept, image.Count);
        int exact = 0;
        int exactCounts = 0;
        foreach (Question question in questions)
        {
            if (ExactMatch.Holds(model.Generate(context, question.Text).Text, question.Expected!))
            {
                exact++;
                exactCounts += question.Kind == CountKind ? 1 : 0;
            }
        }

        return new RuleOutcome(exact, exactCounts);
    }

    public void Dispose()
    {
        foreach (VisionLanguageModel model in _models.Values)
        {
            model.Dispose();
        }
    }
}
