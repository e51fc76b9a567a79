using ZooPrune.Tests;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// Whole models with one mutated file: what single loaders let pass and only shows in the company of others. The tiny model of the other
/// tests, and a folder of each family as the hub has it.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class HostileModelTests : IDisposable
{
    private readonly HostileFolder _folder = new();

    /// <summary>
    /// Every file of every family, and how many mutations it gets: those that are the family's own, and loaded quickly, get more.
    /// </summary>
    public static TheoryData<string, string, int> FamilyFiles()
    {
        var data = new TheoryData<string, string, int>();
        foreach (string family in FamilyCase.Families)
        {
            foreach (string path in ModelFiles(FamilyCase.ModelFolder(family)))
            {
                string file = Path.GetRelativePath(FamilyCase.ModelFolder(family), path);
                string name = Path.GetFileName(file);
                bool isOwn = name is "config.json" or "preprocessor_config.json" or "processor_config.json" or "vision_encoder.onnx";
                data.Add(family, file, isOwn ? 12 : 4);
            }
        }

        return data;
    }

    [Theory]
    [InlineData("config.json", 60)]
    [InlineData("generation_config.json", 30)]
    [InlineData("preprocessor_config.json", 30)]
    [InlineData("tokenizer.json", 30)]
    [InlineData("onnx/projector.onnx", 60)]
    [InlineData("onnx/vision_encoder.onnx", 40)]
    [InlineData("onnx/embed_tokens.onnx", 30)]
    [InlineData("onnx/decoder_model_merged.onnx", 40)]
    public void Answer_OneMutatedFile_WorksOrSaysWhy(string file, int count)
    {
        using var model = new TinyModel();
        Copy(model.Root);

        Hunt(file, count, TestPaths.Data("images", "rgb.png"), "what ?");
    }

    [Theory]
    [MemberData(nameof(FamilyFiles))]
    public void Answer_OneMutatedFileOfAFamily_WorksOrSaysWhy(string family, string file, int count)
    {
        Copy(FamilyCase.ModelFolder(family));
        FamilyCase golden = FamilyCase.Of(family).First();

        Hunt(file, count, golden.ImagePath, golden.Question);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> ModelFiles(string root) => Directory.GetFiles(root, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != "cases.json" && Path.GetFileName(Path.GetDirectoryName(path)) is not ("cases" or "images"))
        .Where(path => !path.EndsWith(".onnx", StringComparison.Ordinal)
            || (!Path.GetFileName(path).Contains("_q4") && !path.Contains("_fp16") && !path.Contains("quantized")))
        .Order(StringComparer.Ordinal);

    private void Copy(string root)
    {
        foreach (string path in ModelFiles(root))
        {
            _folder.With(Path.GetRelativePath(root, path), File.ReadAllBytes(path));
        }
    }

    private void Hunt(string file, int count, string image, string question) => _folder.Hunt(
        file,
        count,
        () =>
        {
            using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Root, new VisionLanguageModelOptions { Threads = 1 });
            model.FormatPrompt(question);
            model.Answer(image, question, new PruningOptions { Keep = KeepBudget.Ratio(0.5) }, maxNewTokens: 2);
        },
        File.ReadAllBytes(_folder.Path("generation_config.json")),
        File.ReadAllBytes(_folder.Path("onnx/embed_tokens.onnx")));
}
