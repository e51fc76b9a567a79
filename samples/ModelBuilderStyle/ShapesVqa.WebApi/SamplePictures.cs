using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Held-out pictures of the model folder that the page offers, each with questions and answers. Read once; immutable.</summary>
internal sealed class SamplePictures
{
    /// <summary>The stops of the page's slider, besides all tokens.</summary>
    private static readonly int[] Budgets = [4, 8, 16, 32, 48, 64, 96, 128, 192, 288, 384];

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Description _description;

    /// <exception cref="UsageException">There is a questions file and it is no good.</exception>
    public SamplePictures(ServerOptions options, VisionLanguageModel model)
    {
        string folder = Path.Combine(options.ModelFolder, "heldout");
        string questionFile = Path.Combine(folder, "questions.jsonl");
        var pictures = new List<Picture>();
        if (File.Exists(questionFile))
        {
            var offered = QuestionFile.Read(questionFile).GroupBy(question => question.Image).Take(options.SampleCount);
            foreach (IGrouping<string, Question> picture in offered)
            {
                _files.Add(picture.Key, RegularFile.ReadAll(Path.Combine(folder, picture.Key), options.MaxImageBytes));
                pictures.Add(new Picture(picture.Key, [.. picture.Select(question => new Example(question.Text, question.Expected))]));
            }
        }

        int count = model.VisualTokenCount;
        _description = new Description(
            count,
            ShapesVqa.DefaultKeep,
            [.. Budgets.Where(budget => budget < count), count],
            options.MaxImageBytes,
            options.MaxQuestionLength,
            options.ApplyExifOrientation,
            pictures);
    }

    /// <summary>The first picture with its first question; null if none is offered.</summary>
    public ShapesVqa.ModelInput? First => _description.Pictures is [var first, ..]
        ? new ShapesVqa.ModelInput { Image = _files[first.Name], Question = first.Questions[0].Text }
        : null;

    /// <summary>The file of a picture that is offered.</summary>
    /// <exception cref="Refusal">There is none of that name.</exception>
    public byte[] Read(string name) => _files.GetValueOrDefault(name) ?? throw Refusal.UnknownSample();

    /// <summary>Maps the description of what can be asked, and the pictures.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/description", () => _description);
        routes.MapGet("/samples/{name}", (string name, HttpResponse response) =>
        {
            if (!_files.TryGetValue(name, out byte[]? file))
            {
                return Results.NotFound();
            }

            response.Headers.CacheControl = "max-age=3600";
            return Results.Bytes(file, name.EndsWith(".png", StringComparison.Ordinal) ? "image/png" : "image/jpeg");
        });
    }

    /// <summary>What the page has to know.</summary>
    internal sealed record Description(
        int VisualTokenCount,
        int DefaultKeep,
        IReadOnlyList<int> Budgets,
        int MaxImageBytes,
        int MaxQuestionLength,
        bool ApplyExifOrientation,
        IReadOnlyList<Picture> Pictures);

    /// <summary>A picture that is offered.</summary>
    internal sealed record Picture(string Name, IReadOnlyList<Example> Questions);

    /// <summary>A question with its right answer, if it is known.</summary>
    internal sealed record Example(string Text, string? Answer);
}
