using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

/// <summary>A copy of the tiny model in a folder of its own, chains over it, and files that they are saved to.</summary>
internal sealed class TinyChains : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Lazy<VisionLanguageModel> _model;

    public TinyChains()
    {
        foreach (string file in Directory.EnumerateFiles(Original, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(ModelFolder, Path.GetRelativePath(Original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        _model = new(() => VisionLanguageModel.Load(ModelFolder, new VisionLanguageModelOptions { Threads = 1 }));
    }

    /// <summary>Where the saved files of the repository are.</summary>
    public static string Data { get; } = Path.Combine(AppContext.BaseDirectory, "Data", "Persistence");

    public static string Original { get; } = Path.Combine(Data, "tiny-model");

    public MLContext ML { get; } = new(seed: 1);

    public string ModelFolder => PathOf("model");

    public VisionLanguageModel Model => _model.Value;

    /// <summary>Two questions about each of two images.</summary>
    public IDataView Rows => ML.Data.LoadFromEnumerable(
        from question in TestModel.Questions(2)
        from text in new[] { "what ?", "where ?" }
        select new Question { ImagePath = question.ImagePath, Text = text });

    public DataViewSchema Schema => Rows.Schema;

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Four stages of ours.</summary>
    public TransformerChain<ITransformer> Ours() => OursEstimator().Fit(Rows);

    public EstimatorChain<ITransformer> OursEstimator() => new EstimatorChain<ITransformer>()
        .Append(ML.Transforms.PreprocessImages(new(Model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images }))
        .Append(ML.Transforms.EncodeImages(new(Model)))
        .Append(ML.Transforms.PruneVisualTokens(new(Model) { Keep = KeepBudget.Ratio(0.7) }))
        .Append(ML.Transforms.GenerateText(new(Model) { QuestionColumnName = "Text", MaxNewTokens = 4 }));

    /// <summary>ML.NET's stages and ours in turn.</summary>
    public TransformerChain<ITransformer> Mixed() => new EstimatorChain<ITransformer>()
        .Append(ML.Transforms.CopyColumns("Question", "Text"))
        .Append(ML.Transforms.LoadImages("Image", TestModel.Images, "ImagePath"))
        .Append(ML.Transforms.PreprocessImages(new(Model)))
        .Append(ML.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", Model.Files.VisionEncoder))
        .Append(ML.Transforms.PruneVisualTokens(new(Model) { Keep = KeepBudget.Tokens(2) }))
        .Append(ML.Transforms.GenerateText(new(Model) { MaxNewTokens = 4 }))
        .Fit(Rows);

    /// <summary>The stage that does everything.</summary>
    public ITransformer Answering() => ML.Transforms
        .AnswerQuestions(new(Model)
        {
            Keep = KeepBudget.Tokens(2),
            ImageColumnName = "ImagePath",
            ImageFolder = TestModel.Images,
            QuestionColumnName = "Text",
            MaxNewTokens = 4,
        })
        .Fit(Rows);

    /// <summary>What a chain answers; none is empty, and no row has an error.</summary>
    public string[] Read(ITransformer chain)
    {
        Answer[] answers = [.. ML.Data.CreateEnumerable<Answer>(chain.Transform(Rows), reuseRowObject: false)];
        Assert.All(answers, answer => Assert.Equal(string.Empty, answer.Error));
        Assert.All(answers, answer => Assert.NotEmpty(answer.Text));
        return [.. answers.Select(answer => $"{answer.Text} [{string.Join(' ', answer.KeptIndices)}]")];
    }

    /// <summary>Saves a chain and returns the path.</summary>
    public string Save(ITransformer chain, ZooPruneSaveOptions? options = null, string name = "chain.zip")
    {
        ZooPruneModel.Save(chain, Schema, PathOf(name), options);
        return PathOf(name);
    }

    public ZooPruneModel Load(string path, ZooPruneLoadOptions? options = null) => ZooPruneModel.Load(ML, path, out _, options);

    /// <summary>The description in a saved file.</summary>
    public static string Description(string path) => Entries(path).Single(entry => entry.Name == "zooprune.json").Text;

    /// <summary>Writes a saved file anew with another description.</summary>
    public static void Describe(string path, string description) =>
        Rewrite(
            path,
            entries => [.. entries.Where(entry => entry.Name != "zooprune.json"), new Entry(
                "zooprune.json", System.Text.Encoding.UTF8.GetBytes(description))]);

    /// <summary>Writes a saved file anew with other entries.</summary>
    public static void Rewrite(string path, Func<Entry[], IEnumerable<Entry>> change)
    {
        Entry[] entries = [.. change([.. Entries(path)])];
        using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
        foreach (Entry entry in entries)
        {
            using Stream stream = archive.CreateEntry(entry.Name, entry.Compression).Open();
            stream.Write(entry.Content);
        }
    }

    public void Dispose()
    {
        if (_model.IsValueCreated)
        {
            Model.Dispose();
        }

        _folder.Dispose();
    }

    private static List<Entry> Entries(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        var entries = new List<Entry>();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream stream = entry.Open();
            using MemoryStream content = new();
            stream.CopyTo(content);
            entries.Add(new Entry(entry.FullName, content.ToArray()));
        }

        return entries;
    }

    /// <summary>A file in a saved file.</summary>
    internal sealed record Entry(string Name, byte[] Content, CompressionLevel Compression = CompressionLevel.NoCompression)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Content);
    }
}
