using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.Splitting;
using ZooPrune.Tests;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// Model folders come from strangers. Two thousand seeded mutations of their small files: each ends in an answer or in an error of this
/// library, within two seconds and 256 MB. ZOOPRUNE_MUTATIONS=20 hunts twenty times as long, ZOOPRUNE_MUTATION_SEED=2 elsewhere, and
/// ZOOPRUNE_MUTATION_ONLY has one seed that a failure named.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class HostileFileTests : IDisposable
{
    private readonly HostileFolder _folder = new();

    [Theory]
    [InlineData("llava")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    [InlineData("qwen2-vl")]
    [InlineData("qwen2.5-vl")]
    public void Load_MutatedPreprocessor_WorksOrSaysWhy(string name)
    {
        const string File = "processor_config.json";
        _folder.With(File, System.IO.File.ReadAllBytes(TestPaths.Data("preprocessing", "cases", $"{name}.json")));
        byte[] picture = new byte[3 * 40 * 30];
        new Random(1).NextBytes(picture);

        _folder.Hunt(
            File,
            100,
            () =>
            {
                IImagePreprocessor preprocessor = PreprocessorLoader.Load(_folder.Path(File));
                PreparedImage image = preprocessor.Prepare(picture, 40, 30);
                Assert.All(image.PixelValues.ToArray().Take(1000), value => Assert.True(float.IsFinite(value)));
            },
            System.IO.File.ReadAllBytes(TestPaths.Data("preprocessing", "cases", "llava.json")));
    }

    [Theory]
    [InlineData("llava", "chat_template.json")]
    [InlineData("llava", "tokenizer_config.json")]
    [InlineData("llava-interleave", "chat_template.jinja")]
    [InlineData("llava-next", "chat_template.jinja")]
    [InlineData("qwen2-vl", "chat_template.json")]
    [InlineData("qwen2.5-vl", "chat_template.jinja")]
    [InlineData("qwen2.5-vl", "tokenizer_config.json")]
    public void Load_MutatedChatTemplate_WorksOrSaysWhy(string name, string file)
    {
        foreach (string path in Directory.GetFiles(TestPaths.Data("chat", "folders", name)))
        {
            _folder.With(Path.GetFileName(path), File.ReadAllBytes(path));
        }

        _folder.Hunt(
            file,
            60,
            () =>
            {
                if (ChatTemplateFiles.Load(_folder.Root) is { } template)
                {
                    ChatPrompt.Read(template, ChatTemplateFiles.SpecialTokens(_folder.Root), "<image>")
                        .Render([PromptTurn.Question("What is in the picture?", 1)]);
                }
            });
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    public void Find_MutatedWeights_WorksOrSaysWhy(string file)
    {
        byte[] weights = SafetensorsBytes.File(
            """
            {"__metadata__":{"format":"pt"},"image_newline":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
             "lm_head.weight":{"dtype":"BF16","shape":[3,1],"data_offsets":[8,14]}}
            """,
            [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 1, 2, 3, 4, 5, 6]);
        byte[] index = """{"metadata":{"total_size":14},"weight_map":{"image_newline":"model-00001-of-00001.safetensors"}}"""u8.ToArray();
        bool isShard = file.EndsWith(".json", StringComparison.Ordinal);
        _folder.With(file, isShard ? index : weights).With(isShard ? "model-00001-of-00001.safetensors" : "other", weights);

        _folder.Hunt(file, 200, () => ModelWeights.Find(_folder.Root, ["image_newline"]), weights, index);
    }

    [Theory]
    [InlineData("llava", "vision_encoder.onnx")]
    [InlineData("llava", "vision_encoder_fp16.onnx")]
    [InlineData("llava", "vision_encoder_q4.onnx")]
    [InlineData("llava", "vision_encoder_quantized.onnx")]
    [InlineData("llava-interleave", "vision_encoder.onnx")]
    [InlineData("llava-next", "vision_encoder.onnx")]
    [InlineData("qwen2-vl", "vision_encoder.onnx")]
    [InlineData("qwen2.5-vl", "vision_encoder.onnx")]
    public void Split_MutatedEncoder_WorksOrSaysWhy(string family, string file)
    {
        _folder.With(file, File.ReadAllBytes(Path.Combine(FamilyCase.ModelFolder(family), "onnx", file)));

        _folder.Hunt(file, 60, () => VisionEncoderSplitter.Split(_folder.Path(file)));
    }

    public void Dispose() => _folder.Dispose();
}
