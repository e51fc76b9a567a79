using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

/// <summary>A tiny model of some family, chains over it, and rows with pictures of several sizes.</summary>
internal sealed class FamilyChains : IDisposable
{
    public const int NewTokens = 12;

    private static readonly ConcurrentDictionary<string, Lazy<FamilyChains>> Shared = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(string Image, string Question, KeepBudget Keep), VisionAnswer> _expected = [];

    public FamilyChains(string family, string? folder = null, VisionLanguageModelOptions? options = null)
    {
        Cases = [.. FamilyCase.Of(family)];
        Images = FamilyCase.ModelFolder(family);
        Model = VisionLanguageModel.Load(folder ?? Images, options ?? new VisionLanguageModelOptions { Threads = 1 });
    }

    /// <summary>The one of a family that all tests share which do not change or dispose it.</summary>
    public static FamilyChains Of(string family) => Shared.GetOrAdd(family, name => new(() => new FamilyChains(name))).Value;

    public MLContext ML { get; } = new(seed: 1);

    public VisionLanguageModel Model { get; }

    /// <summary>What transformers says; each case is about another picture.</summary>
    public FamilyCase[] Cases { get; }

    /// <summary>Folder in which the rows' paths start.</summary>
    public string Images { get; }

    /// <summary>One row a case.</summary>
    public Question[] Questions => [.. Cases.Select(golden => new Question { ImagePath = PathOf(golden), Text = golden.Question })];

    /// <summary>Two questions about each picture, the second the same for all.</summary>
    public Question[] SharedPictures =>
        [.. Questions.SelectMany(question => new[] { question, new Question { ImagePath = question.ImagePath, Text = "Where is it?" } })];

    /// <summary>The four stages one after the other.</summary>
    public EstimatorChain<ITransformer> Stages(KeepBudget keep, int batchSize = 0) => Encoded(batchSize)
        .Append(ML.Transforms.PruneVisualTokens(new(Model) { Keep = keep, KeptTokenCountColumnName = "kept" }))
        .Append(ML.Transforms.GenerateText(new(Model) { QuestionColumnName = "Text", MaxNewTokens = NewTokens, BatchSize = batchSize }));

    /// <summary>The first two of them.</summary>
    public EstimatorChain<ITransformer> Encoded(int batchSize = 0) => new EstimatorChain<ITransformer>()
        .Append(ML.Transforms.PreprocessImages(new(Model) { ImageColumnName = "ImagePath", ImageFolder = Images }))
        .Append(ML.Transforms.EncodeImages(new(Model) { BatchSize = batchSize }));

    /// <summary>The stage that does everything.</summary>
    public IEstimator<ITransformer> Fused(KeepBudget keep, int batchSize = 0) => ML.Transforms.AnswerQuestions(new(Model)
    {
        Keep = keep,
        ImageColumnName = "ImagePath",
        ImageFolder = Images,
        QuestionColumnName = "Text",
        MaxNewTokens = NewTokens,
        BatchSize = batchSize,
        KeptTokenCountColumnName = "kept",
    });

    public IDataView View(IEstimator<ITransformer> estimator, IEnumerable<Question> questions)
    {
        IDataView rows = ML.Data.LoadFromEnumerable(questions);
        return estimator.Fit(rows).Transform(rows);
    }

    public FamilyAnswer[] Read(IEstimator<ITransformer> estimator, IEnumerable<Question> questions) => Read(View(estimator, questions));

    public FamilyAnswer[] Read(IDataView view) => [.. ML.Data.CreateEnumerable<FamilyAnswer>(view, reuseRowObject: false)];

    /// <summary>What the model itself answers, without any stage; each question is asked once.</summary>
    public VisionAnswer[] Expected(IEnumerable<Question> questions, KeepBudget keep) =>
        [.. questions.Select(question => _expected.GetOrAdd(
            (question.ImagePath, question.Text, keep),
            key => Model.Answer(Path.Combine(Images, key.Image), key.Question, new PruningOptions { Keep = key.Keep }, NewTokens)))];

    /// <summary>Text, tokens and counts are those of the model, and no row has an error.</summary>
    public static void AssertSame(VisionAnswer[] expected, FamilyAnswer[] answers)
    {
        Assert.All(answers, answer => Assert.Equal(string.Empty, answer.Error));
        Assert.Equal(expected.Select(answer => answer.Text), answers.Select(answer => answer.Text));
        Assert.Equal(expected.Select(answer => answer.KeptIndices.ToArray()), answers.Select(answer => answer.KeptIndices));
        Assert.Equal(
            expected.Select(answer => (answer.VisualTokenCount, answer.KeptTokenCount)),
            answers.Select(answer => (answer.VisualTokenCount, answer.KeptTokenCount)));
    }

    public void Dispose() => Model.Dispose();

    private string PathOf(FamilyCase golden) => Path.GetRelativePath(Images, golden.ImagePath);
}

/// <summary>What both ways to an answer add.</summary>
internal sealed class FamilyAnswer
{
    [ColumnName("Answer")]
    public string Text { get; set; } = string.Empty;

    public string Error { get; set; } = string.Empty;

    public int[] KeptIndices { get; set; } = [];

    public int VisualTokenCount { get; set; }

    [ColumnName("kept")]
    public int KeptTokenCount { get; set; }
}
