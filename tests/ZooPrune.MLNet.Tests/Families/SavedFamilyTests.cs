using System.Text.Json;
using Microsoft.ML;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

/// <summary>Chains over models of every family, saved and loaded.</summary>
public sealed class SavedFamilyTests : IDisposable
{
    private static readonly KeepBudget Quarter = KeepBudget.Ratio(0.25);

    private readonly TestFolder _folder = new();

    public static TheoryData<string> Families => [.. FamilyCase.Families];

    private string Model => _folder.PathOf("model");

    private string Chain => _folder.PathOf("chain.zip");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void Load_ByReference_AnswersAsBefore(string family) => SaveAndLoad(family, new ZooPruneSaveOptions());

    [Theory]
    [MemberData(nameof(Families))]
    public void Load_EmbeddedAndTheModelGone_AnswersAsBefore(string family) =>
        SaveAndLoad(family, new ZooPruneSaveOptions { EmbedModels = true });

    [Fact]
    public void Save_LlavaNext_ListsEveryFileThatIsReadAndNoOther()
    {
        Copy("llava-next");
        using var test = new FamilyChains("llava-next", Model);

        Save(test);

        Assert.Equal(
            [
                "chat_template.jinja",
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "onnx/decoder_model_merged.onnx",
                "onnx/embed_tokens.onnx",
                "onnx/vision_encoder.onnx",
                "processor_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
            ],
            SavedNames());
    }

    [Fact]
    public void Save_OnePrecisionOfSeveral_ListsItsGraphsAndComesBack()
    {
        Copy("llava");
        var options = new VisionLanguageModelOptions { Threads = 1, Precision = ModelPrecision.Q4 };
        using var test = new FamilyChains("llava", Model, options);
        File.WriteAllText(Path.Combine(Model, "onnx", "vision_encoder_q4.onnx_data"), "weights beside the graph");

        Save(test, new ZooPruneSaveOptions { EmbedModels = true });
        using ZooPruneModel loaded = ZooPruneModel.Load(test.ML, Chain, out _);

        Assert.Equal(
            [
                "onnx/decoder_model_merged_q4.onnx",
                "onnx/embed_tokens.onnx",
                "onnx/vision_encoder_q4.onnx",
                "onnx/vision_encoder_q4.onnx_data"],
            SavedNames().Where(name => name.StartsWith("onnx/", StringComparison.Ordinal)));
        Assert.Equal(options, Assert.Single(loaded.Models).Options);
        Assert.True(File.Exists(Path.Combine(loaded.Models[0].Files.Root, "onnx", "vision_encoder_q4.onnx_data")));
        FamilyChains.AssertSame(
            test.Expected(test.Questions, Quarter), test.Read(loaded.Transform(test.ML.Data.LoadFromEnumerable(test.Questions))));
    }

    [Fact]
    public void Load_BetterPrecisionAddedSince_IsRefused()
    {
        Copy("llava");
        string better = Path.Combine(Model, "onnx", "vision_encoder.onnx");
        string aside = _folder.PathOf("aside.onnx");
        File.Move(better, aside);
        using (var test = new FamilyChains("llava", Model))
        {
            Save(test);
        }

        File.Move(aside, better);
        var exception = Assert.Throws<ZooPruneException>(() => ZooPruneModel.Load(new MLContext(), Chain, out _));
        using ZooPruneModel chosen = ZooPruneModel.Load(
            new MLContext(), Chain, out _, new ZooPruneLoadOptions { ModelOptions = new() { Precision = ModelPrecision.Float16 } });

        Assert.Equal(
            $"ZooPruneModel.Load: the model in '{Model}' now takes onnx/vision_encoder.onnx, which '{Chain}' was not saved with. "
                + "Expected the graphs that were saved; take that file away, or name the precision in ZooPruneLoadOptions.ModelOptions.",
            exception.Message);
        Assert.EndsWith("vision_encoder_fp16.onnx", Assert.Single(chosen.Models).Files.VisionEncoder, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeparatorChangedSince_IsRefused()
    {
        Copy("llava-next");
        using (var test = new FamilyChains("llava-next", Model))
        {
            Save(test);
        }

        string weights = Path.Combine(Model, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);

        var exception = Assert.Throws<ZooPruneException>(() => ZooPruneModel.Load(new MLContext(), Chain, out _));

        Assert.Contains("model.safetensors was saved with SHA-256 ", exception.Message, StringComparison.Ordinal);
    }

    private void SaveAndLoad(string family, ZooPruneSaveOptions options)
    {
        Copy(family);
        FamilyAnswer[] before;
        Question[] questions;
        VisionAnswer[] expected = FamilyChains.Of(family).Expected(FamilyChains.Of(family).Questions, Quarter);
        using (var test = new FamilyChains(family, Model))
        {
            questions = test.Questions;
            before = Save(test, options);
        }

        if (options.EmbedModels)
        {
            Directory.Delete(Model, recursive: true);
        }

        var ml = new MLContext();
        using ZooPruneModel loaded = ZooPruneModel.Load(ml, Chain, out DataViewSchema schema);
        FamilyAnswer[] after =
            [.. ml.Data.CreateEnumerable<FamilyAnswer>(loaded.Transform(ml.Data.LoadFromEnumerable(questions)), reuseRowObject: false)];

        Assert.Equal(["ImagePath:String", "Text:String"], Shapes.Lines(schema));
        FamilyChains.AssertSame(expected, before);
        FamilyChains.AssertSame(expected, after);
    }

    private FamilyAnswer[] Save(FamilyChains test, ZooPruneSaveOptions? options = null)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(test.Questions);
        ITransformer chain = test.Stages(Quarter).Fit(rows);
        ZooPruneModel.Save(chain, rows.Schema, Chain, options);
        return test.Read(chain.Transform(rows));
    }

    private string[] SavedNames()
    {
        using JsonDocument saved = JsonDocument.Parse(TinyChains.Description(Chain));
        return [.. saved.RootElement.GetProperty("models")[0].GetProperty("files").EnumerateArray().Select(
            file => file.GetProperty("name").GetString()!)];
    }

    private void Copy(string family)
    {
        string original = FamilyCase.ModelFolder(family);
        foreach (string file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Model, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
