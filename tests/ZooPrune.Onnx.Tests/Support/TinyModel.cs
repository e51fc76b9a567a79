using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// A model folder small enough to break in every way: images of 8 x 8, four visual tokens of width 6, embeddings of width 5,
/// eleven words. The "language model" averages all embeddings it has read.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public const int ImageSize = 8;
    public const int Tokens = 4;
    public const int EncoderWidth = 6;
    public const int Width = 5;
    public const int Vocabulary = 11;

    private readonly TestFolder _folder = new();

    public TinyModel()
    {
        Write("config.json", """
            { "model_type": "llava", "image_token_index": 4, "text_config": { "vocab_size": 11, "max_position_embeddings": 40 },
              "zooprune": { "prompt": "look : <image> {question} say" } }
            """);
        Write("generation_config.json", """{ "eos_token_id": 2 }""");
        Write("preprocessor_config.json", """
            { "size": { "shortest_edge": 8 }, "do_center_crop": true, "crop_size": 8, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5] }
            """);
        Write("tokenizer.json", """
            { "added_tokens": [ { "id": 1, "content": "<bos>", "special": true }, { "id": 2, "content": "<eos>", "special": true },
                { "id": 3, "content": "<unk>", "special": true }, { "id": 4, "content": "<image>", "special": true } ],
              "normalizer": { "type": "Lowercase" }, "pre_tokenizer": { "type": "WhitespaceSplit" },
              "post_processor": { "type": "TemplateProcessing", "single": [ { "SpecialToken": { "id": "<bos>" } }, { "Sequence": { "id": "A" } } ],
                "special_tokens": { "<bos>": { "ids": [1] } } },
              "model": { "type": "WordLevel", "unk_token": "<unk>",
                "vocab": { "<pad>": 0, "<bos>": 1, "<eos>": 2, "<unk>": 3, "<image>": 4, "look": 5, ":": 6, "say": 7, "what": 8, "where": 9, "?": 10 } } }
            """);
        WriteEncoder();
        WriteProjector();
        WriteEmbedding();
        WriteDecoder();
    }

    public string Root => _folder.Root;

    public string Path(string file) => System.IO.Path.Combine(Root, file.Replace('/', System.IO.Path.DirectorySeparatorChar));

    public VisionLanguageModel Load(VisionLanguageModelOptions? options = null) => VisionLanguageModel.Load(Root, options);

    public void Write(string file, string content) => _folder.Write(file, content);

    public void Write(string file, byte[] content) => _folder.Write(file, content);

    public void Replace(string file, string old, string by)
    {
        string text = File.ReadAllText(Path(file));
        Assert.Contains(old, text);
        Write(file, text.Replace(old, by));
    }

    public void Delete(string file) => File.Delete(Path(file));

    public void WriteEncoder(int tokens = Tokens, int width = EncoderWidth, string input = "pixel_values", string imageSize = "8", float scale = 0.1f, string batch = "batch")
    {
        var graph = new OnnxGraphBuilder("encoder");
        string pixels = graph.Input(input, Element.Float, batch, "3", imageSize, imageSize);
        int patch = 3 * ImageSize * ImageSize / tokens;
        string patches = graph.Node("Reshape", [pixels, graph.Constant([-1L, tokens, patch], 3)]);
        graph.Node("MatMul", "", [patches, graph.Constant(Near.Random(patch * width, 1, scale), patch, width)], "visual_tokens");
        graph.Output("visual_tokens", Element.Float, batch, $"{tokens}", $"{width}");
        Write("onnx/vision_encoder.onnx", graph.Build());
    }

    public void WriteProjector(int inputWidth = EncoderWidth, int outputWidth = Width, float weight = 1) =>
        Write("onnx/projector.onnx", ProjectorGraphs.Gelu(ProjectorGraphs.Weights(inputWidth, 7, outputWidth, scale: weight)));

    public void WriteEmbedding(int vocabulary = Vocabulary, int width = Width)
    {
        var graph = new OnnxGraphBuilder("embedding");
        string ids = graph.Input("input_ids", Element.Int64, "batch", "length");
        graph.Node("Gather", "", [graph.Constant(Near.Random(vocabulary * width, 2), vocabulary, width), ids], "inputs_embeds");
        graph.Output("inputs_embeds", Element.Float, "batch", "length", $"{width}");
        Write("onnx/embed_tokens.onnx", graph.Build());
    }

    /// <summary>logits = (mean of everything read so far) W + (position of the last token) v. Without reading the mask the mean is over
    /// padding too, as in a graph that takes only the mask's sum.</summary>
    public void WriteDecoder(
        int width = Width,
        int vocabulary = Vocabulary,
        string mask = "attention_mask",
        string past = "past_key_values.0.value",
        string batch = "batch",
        bool readsMask = true,
        bool hasPositions = true,
        bool keepsLastLogits = false,
        bool asksForCache = false,
        bool hasSizes = true)
    {
        var graph = new OnnxGraphBuilder("decoder");
        string Size(string name, int size) => hasSizes ? $"{size}" : name;
        string embeddings = graph.Input("inputs_embeds", Element.Float, batch, "length", Size("width", width));
        string maskInput = graph.Input(mask, Element.Int64, batch, "total");
        string? positions = hasPositions ? graph.Input("position_ids", Element.Int64, batch, "length") : null;
        string pastKey = graph.Input("past_key_values.0.key", Element.Float, batch, Size("heads", 1), "past", Size("width", width));
        string pastValue = graph.Input(past, Element.Float, batch, Size("heads", 1), "past", Size("width", width));
        string oneHead = graph.Node("Unsqueeze", [embeddings, graph.Constant([1L], 1)]);
        graph.Node("Concat", "", [pastKey, oneHead], "present.0.key", ("axis", 2));
        graph.Node("Concat", "", [pastValue, oneHead], "present.0.value", ("axis", 2));

        // The mean uses the mask, so that a wrong mask changes the logits.
        string ones = graph.Node("Cast", [maskInput], ("to", 1));
        ones = readsMask ? ones : graph.Node("Max", [ones, graph.Scalar(1)]);
        string weights = graph.Node("Unsqueeze", [ones, graph.Constant([1L, 3L], 2)]);
        string sum = graph.Node("ReduceSum", [graph.Node("Mul", ["present.0.key", weights]), graph.Constant([1L, 2L], 2)], ("keepdims", 0));
        string count = graph.Node("ReduceSum", [ones, graph.Constant([1L], 1)], ("keepdims", 1));
        string mean = graph.Node("Unsqueeze", [graph.Node("Div", [sum, count]), graph.Constant([1L], 1)]);
        string fromMean = graph.Node("MatMul", [mean, graph.Constant(Near.Random(width * vocabulary, 3, 4), width, vocabulary)]);
        string logits = fromMean;
        if (positions is not null)
        {
            string numbers = graph.Node("Unsqueeze", [graph.Node("Cast", [positions], ("to", 1)), graph.Constant([2L], 1)]);
            logits = graph.Node("Add", [logits, graph.Node("MatMul", [numbers, graph.Constant(Near.Random(vocabulary, 4, 0.05f), 1, vocabulary)])]);
        }

        if (keepsLastLogits)
        {
            string wanted = graph.Node("Neg", [graph.Node("Unsqueeze", [graph.Input("num_logits_to_keep", Element.Int64), graph.Constant([0L], 1)])]);
            logits = graph.Node("Slice", [logits, wanted, graph.Constant([long.MaxValue], 1), graph.Constant([1L], 1)]);
        }

        // Moves all logits alike, so that a test sees what was said and the answer stays the same.
        string shift = asksForCache
            ? graph.Node("Mul", [graph.Node("Cast", [graph.Input("use_cache_branch", Element.Bool, "1")], ("to", 1)), graph.Scalar(7)])
            : graph.Scalar(0);
        graph.Node("Add", "", [logits, shift], "logits");
        graph.Output("logits", Element.Float, batch, "answered", Size("vocabulary", vocabulary));
        graph.Output("present.0.key", Element.Float, batch, Size("heads", 1), "total", Size("width", width));
        graph.Output("present.0.value", Element.Float, batch, Size("heads", 1), "total", Size("width", width));
        Write("onnx/decoder_model_merged.onnx", graph.Build());
    }

    public static PreparedImage Image(int seed = 1) =>
        new(Near.Random(3 * ImageSize * ImageSize, seed), [3, ImageSize, ImageSize], 8, 8);

    public void Dispose() => _folder.Dispose();
}
