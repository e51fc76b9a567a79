namespace ZooPrune.Samples;

/// <summary>What the options come down to: a model folder, an image folder and questions.</summary>
/// <param name="ModelFolder">The model.</param>
/// <param name="ImageFolder">Where image paths start.</param>
/// <param name="QuestionSource">The questions file, or the option that gave the only question.</param>
/// <param name="Questions">At least one.</param>
internal sealed record AskInput(string ModelFolder, string ImageFolder, string QuestionSource, IReadOnlyList<Question> Questions)
{
    private const string FileName = "questions.jsonl";

    /// <summary>Fills in the defaults and reads the questions.</summary>
    /// <exception cref="UsageException">A folder or the file is missing, or the file is no good.</exception>
    public static AskInput Resolve(AskOptions options)
    {
        string modelFolder = ModelLocation.Find(options.Model);
        return options.Image is { } image ? OneImage(options, modelFolder, image) : ManyImages(options, modelFolder);
    }

    private static AskInput OneImage(AskOptions options, string modelFolder, string image)
    {
        string path = Path.GetFullPath(options.Images is { } folder ? Path.Combine(folder, image) : image);
        return new AskInput(
            modelFolder, Path.GetDirectoryName(path) ?? path, "--question", [new Question(0, Path.GetFileName(path), options.Question!)]);
    }

    private static AskInput ManyImages(AskOptions options, string modelFolder)
    {
        if (options.Images is { } images && !Directory.Exists(images))
        {
            throw Throw.MissingImageFolder(images);
        }

        string file = options.Questions ?? Path.Combine(options.Images ?? Path.Combine(modelFolder, "heldout"), FileName);
        IReadOnlyList<Question> questions = QuestionFile.Read(file, options.Limit);
        string folder = options.Images ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
        return new AskInput(modelFolder, folder, file, questions);
    }
}
