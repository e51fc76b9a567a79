namespace ZooPrune.Onnx.Tests;

/// <summary>Whole models with one mutated file: what single loaders let pass and only shows in the company of others.</summary>
[Trait("Speed", "Slow")]
public sealed class HostileModelTests : IDisposable
{
    private readonly HostileFolder _folder = new();

    public HostileModelTests()
    {
        using var model = new TinyModel();
        foreach (string path in Directory.GetFiles(model.Root, "*", SearchOption.AllDirectories))
        {
            _folder.With(Path.GetRelativePath(model.Root, path), File.ReadAllBytes(path));
        }
    }

    [Theory]
    [InlineData("config.json", 120)]
    [InlineData("generation_config.json", 60)]
    [InlineData("preprocessor_config.json", 60)]
    [InlineData("tokenizer.json", 60)]
    [InlineData("onnx/projector.onnx", 100)]
    [InlineData("onnx/vision_encoder.onnx", 40)]
    [InlineData("onnx/embed_tokens.onnx", 30)]
    [InlineData("onnx/decoder_model_merged.onnx", 40)]
    public void Answer_OneMutatedFile_WorksOrSaysWhy(string file, int count) => _folder.Hunt(
        file,
        count,
        () =>
        {
            using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Root, new VisionLanguageModelOptions { Threads = 1 });
            model.FormatPrompt("what ?");
            model.Answer(TestPaths.Data("images", "rgb.png"), "what ?", new PruningOptions { Keep = KeepBudget.Tokens(2) }, maxNewTokens: 2);
        },
        File.ReadAllBytes(_folder.Path("generation_config.json")),
        File.ReadAllBytes(_folder.Path("onnx/projector.onnx")));

    public void Dispose() => _folder.Dispose();
}
