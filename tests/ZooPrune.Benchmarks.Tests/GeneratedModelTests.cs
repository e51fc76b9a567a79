using ZooPrune.Onnx;
using ZooPrune.Samples.Tests;

namespace ZooPrune.Benchmarks.Tests;

/// <summary>The models that benchmarks generate, against ONNX Runtime GenAI on a tiny one.</summary>
public sealed class GeneratedModelTests : IDisposable
{
    private const int NewTokens = 24;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(WeightFormatName.Float32)]
    [InlineData(WeightFormatName.Q4)]
    [Trait("Speed", "Slow")]
    public void Answer_TinyModel_GivesTheIdsOfGenAi(WeightFormatName format)
    {
        using GeneratedModel generated = Create(DecoderShape.Tiny, Enum.Parse<WeightFormat>($"{format}"));
        using var ours = VisionLanguageModel.Load(generated.Folder);
        using var peer = new GenAiModel(generated.GenAiFolder);

        VisionAnswer answer = ours.Answer(generated.Image, GeneratedModel.Question, null, NewTokens);

        Assert.Equal(peer.Answer(generated.PromptIds, NewTokens).Ids, answer.TokenIds);
        Assert.True(answer.TokenIds.Distinct().Count() > NewTokens / 4, "an answer that says one thing again and again shows little");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Answer_OtherImage_GivesOtherIds()
    {
        using GeneratedModel generated = Create(DecoderShape.Tiny, WeightFormat.Float32);
        using var ours = VisionLanguageModel.Load(generated.Folder);
        float[] turned = [.. generated.Image.PixelValues.ToArray().Reverse()];
        var other = new PreparedImage(turned, generated.Image.Shape, generated.Image.OriginalHeight, generated.Image.OriginalWidth);

        Assert.NotEqual(
            ours.Answer(generated.Image, GeneratedModel.Question, null, NewTokens).TokenIds,
            ours.Answer(other, GeneratedModel.Question, null, NewTokens).TokenIds);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Answer_SeveralTiles_PrunesEachOfThem()
    {
        using GeneratedModel generated = Create(DecoderShape.Tiny with { GridSide = 2 }, WeightFormat.Q4);
        using var ours = VisionLanguageModel.Load(generated.Folder);
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(10) };

        VisionAnswer answer = ours.Answer(generated.Image, GeneratedModel.Question, pruning, 1);

        IEnumerable<int> tiles = answer.KeptIndices.Select(index => index / generated.Shape.TokensPerTile);
        Assert.Equal([2, 2, 2, 2, 2], tiles.CountBy(tile => tile).Select(tile => tile.Value));
    }

    [Fact]
    public void Create_Twice_GivesTheSameWeights()
    {
        using GeneratedModel first = Create(DecoderShape.Tiny, WeightFormat.Q4);
        using GeneratedModel second = Create(DecoderShape.Tiny, WeightFormat.Q4);

        Assert.Equal(Weights(first), Weights(second));

        static byte[] Weights(GeneratedModel model) => File.ReadAllBytes(Path.Combine(model.GenAiFolder, "weights.bin"));
    }

    [Fact]
    public void Dispose_AfterUse_LeavesNothing()
    {
        GeneratedModel generated = Create(DecoderShape.Tiny, WeightFormat.Float32);
        Assert.True(Directory.Exists(generated.Folder));

        generated.Dispose();

        Assert.False(Directory.Exists(generated.Folder));
    }

    [Theory]
    [InlineData("--layers", "2")]
    [InlineData("--tiny")]
    [InlineData("--genai", "--layers", "none")]
    [InlineData("--json", "file.json")]
    public void Parse_OptionsThatDoNotFit_AreErrors(params string[] arguments) =>
        Assert.NotNull(BenchmarkArguments.Parse(arguments).Error);

    [Fact]
    public void Parse_GenAiWithLayersAndJson_IsUnderstood()
    {
        BenchmarkArguments line = BenchmarkArguments.Parse(["--genai", "--layers", "4", "--json", "file.json"]);

        Assert.Null(line.Error);
        Assert.True(line.IsGenAi);
        Assert.Equal(4, line.Layers);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_TinyLoad_CountsEveryRequest()
    {
        LoadSize size = LoadSize.Create(isTiny: true, layers: null) with { Callers = [1, 4], Requests = 4 };

        QuickReport report = LoadRun.Measure(size, TextWriter.Null);

        Assert.Equal(2, report.Ratios.Keys.Count(name => name.StartsWith("requests_pruned_over_unpruned", StringComparison.Ordinal)));
        Assert.All(report.Ratios.Values, value => Assert.True(value > 0));
    }

    public void Dispose() => _folder.Dispose();

    private GeneratedModel Create(DecoderShape shape, WeightFormat format) =>
        GeneratedModel.Create(shape, format, Path.Combine(_folder.Root, Guid.NewGuid().ToString("N")));
}

/// <summary>Names of <see cref="WeightFormat"/>, which a public test cannot take.</summary>
public enum WeightFormatName
{
    Float32,
    Q4,
}
