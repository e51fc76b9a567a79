using System.Text.Json;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.Projection;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Benchmarks;

/// <summary>
/// A folder with one vision-language model for ZooPrune and, over the same weights, its language model for ONNX Runtime GenAI. The
/// vision encoder is one convolution, because encoding is not what is compared. Disposing deletes the folder.
/// </summary>
/// <remarks>
/// GenAI takes token ids only. So the projected visual tokens of <see cref="Image"/> are rows of the embedding table, and
/// <see cref="PromptIds"/> names them where ZooPrune reads the image: both read the same numbers.
/// </remarks>
internal sealed class GeneratedModel : IDisposable
{
    private const ulong Seed = 20;
    private const int ImageTokenId = 4;
    private const int FirstWordId = 5;
    private const int Words = 18;
    private const int WordsBefore = 2;
    private const int FirstImageId = 100;

    private GeneratedModel(DecoderShape shape, WeightFormat format, string folder)
    {
        (Shape, Format, Folder) = (shape, format, folder);
        int side = shape.ImageSize;
        int pictureSide = side * Math.Max(1, shape.GridSide);
        Image = new PreparedImage(Noise(1, shape.Tiles * 3 * side * side), [shape.Tiles, 3, side, side], pictureSide, pictureSide);
    }

    public DecoderShape Shape { get; }

    public WeightFormat Format { get; }

    /// <summary>What <see cref="VisionLanguageModel"/> takes.</summary>
    public string Folder { get; }

    /// <summary>What ONNX Runtime GenAI takes. The same graphs' folder, because external data must lie beside its graph.</summary>
    public string GenAiFolder => Path.Combine(Folder, "onnx");

    public PreparedImage Image { get; }

    /// <summary>What stands behind the image.</summary>
    public static string Question { get; } = string.Join(' ', Enumerable.Range(WordsBefore, Words - WordsBefore).Select(Word));

    /// <summary>The prompt with all visual tokens, as ids; not for models of several tiles.</summary>
    public int[] PromptIds => PromptOf(Shape.TokensPerTile);

    /// <summary>A prompt with so many visual tokens, as ids.</summary>
    public static int[] PromptOf(int visualTokens) =>
    [
        .. Enumerable.Range(FirstWordId, WordsBefore),
        .. Enumerable.Range(FirstImageId, visualTokens),
        .. Enumerable.Range(FirstWordId + WordsBefore, Words - WordsBefore),
    ];

    /// <summary>Writes the folder.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="format">How the decoder's weights are stored.</param>
    /// <param name="folder">A folder that is not there yet.</param>
    public static GeneratedModel Create(DecoderShape shape, WeightFormat format, string folder)
    {
        var model = new GeneratedModel(shape, format, folder);
        try
        {
            model.Write();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private void Write()
    {
        string graphs = Directory.CreateDirectory(GenAiFolder).FullName;
        byte[] encoder = Encoder();
        byte[] projector = Projector();
        File.WriteAllBytes(Path.Combine(graphs, "vision_encoder.onnx"), encoder);
        File.WriteAllBytes(Path.Combine(graphs, "projector.onnx"), projector);
        using (var weights = new WeightsFile(
            Path.Combine(graphs, "weights.bin"), Seed, Format == WeightFormat.Float16 ? Element.Float16 : Element.Float))
        {
            var decoder = DecoderGraph.Create(Shape, Format, weights);
            weights.Overwrite(decoder.Embeddings, FirstImageId * (long)Shape.Width, ProjectedImage(encoder, projector));
            decoder.WriteEmbeddings(Path.Combine(graphs, "embed_tokens.onnx"));
            decoder.WriteDecoder(Path.Combine(graphs, "decoder_model_merged.onnx"));
            decoder.WriteWhole(Path.Combine(graphs, "model.onnx"));
        }

        if (Shape.GridSide > 0)
        {
            File.WriteAllBytes(Path.Combine(Folder, "model.safetensors"), SafetensorsWriter.Write("image_newline", Noise(7, Shape.Width)));
        }

        WriteJson("config.json", Configuration());
        WriteJson("generation_config.json", new { eos_token_id = Shape.Vocabulary - 1 });
        WriteJson("preprocessor_config.json", ImageProcessor());
        WriteJson("tokenizer.json", TokenizerFile());
        WriteJson("onnx/genai_config.json", GenAiConfiguration());
    }

    private void WriteJson(string file, object content) =>
        File.WriteAllText(Path.Combine(Folder, file), JsonSerializer.Serialize(content));

    private byte[] Encoder()
    {
        const int Side = DecoderShape.PatchSide;
        const int PatchLength = 3 * Side * Side;
        (int width, string size) = (Shape.EncoderWidth, $"{Shape.ImageSize}");
        var graph = new OnnxGraphBuilder("vision_encoder");
        string pixels = graph.Input("pixel_values", Element.Float, "tiles", "3", size, size);
        string kernels = graph.Constant(Noise(2, width * PatchLength, 1 / MathF.Sqrt(PatchLength)), width, 3, Side, Side);
        string patches = graph.Node("Conv", [pixels, kernels], ("strides", new long[] { Side, Side }));
        string rows = graph.Node("Reshape", [patches, graph.Constant([0L, width, Shape.TokensPerTile], 3)]);
        graph.Node("Transpose", "", [rows], "visual_tokens", ("perm", new long[] { 0, 2, 1 }));
        graph.Output("visual_tokens", Element.Float, "tiles", $"{Shape.TokensPerTile}", $"{width}");
        return graph.Build();
    }

    private byte[] Projector()
    {
        LinearLayer first = Layer(3, Shape.EncoderWidth, Shape.ProjectorWidth);
        return MlpGraph.Plain(new MlpWeights(first, Layer(5, Shape.ProjectorWidth, Shape.Width)));
    }

    private static LinearLayer Layer(int seed, int inputWidth, int outputWidth) => new(
        Noise(seed, inputWidth * outputWidth, 1.7f / MathF.Sqrt(inputWidth)), Noise(seed + 1, outputWidth, 0.1f), inputWidth, outputWidth);

    /// <summary>Z of the first tile, [N, H].</summary>
    private unsafe float[] ProjectedImage(byte[] encoder, byte[] projector)
    {
        int side = Shape.ImageSize;
        using GraphSession encoding = GraphSession.Create("vision encoder", encoder, settings: 0);
        using GraphSession projection = GraphSession.Create("projector", projector, settings: 0);
        fixed (float* pixels = Image.PixelValues.Span)
        {
            using var input = GraphSession.View(pixels, 1, 3, side, side);
            using var visual = encoding.Run(["pixel_values"], [input], ["visual_tokens"]);
            fixed (float* tokens = visual[0].GetTensorDataAsSpan<float>())
            {
                using var rows = GraphSession.View(tokens, Shape.TokensPerTile, Shape.EncoderWidth);
                using var projected = projection.Run([MlpGraph.Tokens], [rows], [MlpGraph.Projected]);
                return projected[0].GetTensorDataAsSpan<float>().ToArray();
            }
        }
    }

    private Dictionary<string, object> Configuration()
    {
        var content = new Dictionary<string, object>
        {
            ["model_type"] = Shape.GridSide > 0 ? "llava_next" : "llava",
            ["image_token_index"] = ImageTokenId,
            ["vision_config"] = new { image_size = Shape.ImageSize },
            ["text_config"] = new
            {
                hidden_size = Shape.Width,
                num_hidden_layers = Shape.Layers,
                num_attention_heads = Shape.Heads,
                num_key_value_heads = Shape.CacheHeads,
                vocab_size = Shape.Vocabulary,
                max_position_embeddings = DecoderShape.MaxPositions,
            },
            ["zooprune"] = new { positions = "compact", prompt = $"{Word(0)} {Word(1)} <image> {{question}}" },
        };
        if (Shape.GridSide > 0)
        {
            content["image_grid_pinpoints"] = Grid();
        }

        return content;
    }

    private int[][] Grid() => [[Shape.ImageSize * Shape.GridSide, Shape.ImageSize * Shape.GridSide]];

    private Dictionary<string, object> ImageProcessor()
    {
        float[] halves = [0.5f, 0.5f, 0.5f];
        var content = new Dictionary<string, object>
        {
            ["image_processor_type"] = Shape.GridSide > 0 ? "LlavaNextImageProcessor" : "CLIPImageProcessor",
            ["do_center_crop"] = true,
            ["size"] = new { shortest_edge = Shape.ImageSize },
            ["crop_size"] = new { height = Shape.ImageSize, width = Shape.ImageSize },
            ["image_mean"] = halves,
            ["image_std"] = halves,
        };
        if (Shape.GridSide > 0)
        {
            content["image_grid_pinpoints"] = Grid();
        }

        return content;
    }

    private static object TokenizerFile()
    {
        string[] special = ["<pad>", "<bos>", "<eos>", "<unk>", "<image>"];
        string[] vocabulary = [.. special, .. Enumerable.Range(0, Words).Select(Word)];
        return new
        {
            added_tokens = special.Index().Select(token => new { id = token.Index, content = token.Item, special = true }),
            pre_tokenizer = new { type = "WhitespaceSplit" },
            model = new
            {
                type = "WordLevel",
                unk_token = "<unk>",
                vocab = vocabulary.Index().ToDictionary(token => token.Item, token => token.Index),
            },
        };
    }

    /// <summary>Greedy, one buffer for past and present keys and values, as GenAI's own exports for the CPU have it.</summary>
    private object GenAiConfiguration() => new
    {
        model = new
        {
            type = "qwen2",
            bos_token_id = 1,
            eos_token_id = Shape.Vocabulary - 1,
            pad_token_id = 0,
            context_length = DecoderShape.MaxPositions,
            vocab_size = Shape.Vocabulary,
            decoder = new
            {
                session_options = new { log_id = "genai", provider_options = Array.Empty<object>() },
                filename = "model.onnx",
                head_size = Shape.HeadWidth,
                hidden_size = Shape.Width,
                num_attention_heads = Shape.Heads,
                num_hidden_layers = Shape.Layers,
                num_key_value_heads = Shape.CacheHeads,
                inputs = new
                {
                    input_ids = "input_ids",
                    attention_mask = "attention_mask",
                    past_key_names = "past_key_values.%d.key",
                    past_value_names = "past_key_values.%d.value",
                },
                outputs = new { logits = "logits", present_key_names = "present.%d.key", present_value_names = "present.%d.value" },
            },
        },
        search = new { do_sample = false, num_beams = 1, max_length = DecoderShape.MaxPositions, past_present_share_buffer = true },
    };

    private static string Word(int number) => $"word{number}";

    private static float[] Noise(int seed, int count, float scale = 1)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * scale;
        }

        return values;
    }
}
