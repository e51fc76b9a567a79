using System.Text.Json.Nodes;
using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>Model folders as users send them (docs/field-notes.md): what can be read is read, and the rest is told by its name.</summary>
public sealed class FieldFolderTests
{
    private const string Question = "How many red circles are there?";

    // As in llava-v1.6-34b-hf's and nanoLLaVA's folders: the content is one text.
    private const string TextTemplate =
        "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}{{ '<|im_start|>system\nBe helpful<|im_end|>\n' }}{% endif %}"
        + "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static string Picture => FamilyCase.Of("llava-interleave").First().ImagePath;

    [UnixTheory]
    [InlineData("llava-interleave", false)]
    [InlineData("llava-interleave", true)]
    [InlineData("llava-next", true)]
    [InlineData("qwen2.5-vl", true)]
    public void Load_SnapshotOfTheHubsCache_FollowsLinksFromWhereTheyLie(string family, bool external)
    {
        using var source = new FieldFolder(family);
        using var cache = new TestFolder();
        string revision = Path.Combine(cache.Root, "models--a--b", "snapshots", "0123");
        Directory.CreateDirectory(Path.Combine(revision, "onnx"));
        foreach (string file in Directory.EnumerateFiles(source.Root, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(source.Root, file);
            byte[] bytes = File.ReadAllBytes(file);
            if (external && name.EndsWith(".onnx", StringComparison.Ordinal))
            {
                (bytes, byte[] data) = ExternalGraph.Of(bytes, location: $"{Path.GetFileName(name)}_data");
                Link($"{name}_data", data);
            }

            Link(name, bytes);
        }

        // A name of one's own for the revision, as `ln -s` makes it.
        string link = Path.Combine(cache.Root, "elsewhere", "deeper", "model");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, Path.Combine("..", "..", "models--a--b", "snapshots", "0123"));

        string expected = Answer(source.Root);
        Assert.Equal(expected, Answer(revision));
        Assert.Equal(expected, Answer(link));
        Assert.Empty(ModelInspector.Inspect(link, []).Problems);

        // The folder of the graphs as a link too, and a link to a link.
        Directory.CreateDirectory(Path.Combine(cache.Root, "models--a--b", "snapshots", "4567"));
        Directory.Move(Path.Combine(revision, "onnx"), Path.Combine(cache.Root, "models--a--b", "snapshots", "4567", "onnx"));
        File.CreateSymbolicLink(Path.Combine(revision, "onnx"), Path.Combine("..", "4567", "onnx"));
        File.CreateSymbolicLink(Path.Combine(cache.Root, "elsewhere", "again"), Path.Combine("deeper", "model"));
        Assert.Equal(expected, Answer(Path.Combine(cache.Root, "elsewhere", "again")));

        void Link(string name, byte[] bytes)
        {
            string blob = cache.Write($"models--a--b/blobs/{Guid.NewGuid():N}", bytes);
            string path = Path.Combine(revision, name);
            File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
        }
    }

    [Fact]
    public void FormatPrompt_TemplateThatTakesText_HasTheImageBeforeTheQuestion()
    {
        using FieldFolder folder = WithTemplate(TextTemplate);
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.Equal(
            $"<|im_start|>system\nBe helpful<|im_end|>\n<|im_start|>user\n<image>\n{Question}<|im_end|>\n<|im_start|>assistant\n",
            model.FormatPrompt(Question));
        Assert.Contains("user\n<image>\n<image>\nboth?<|im_end|>", model.FormatPrompt("both?", imageCount: 2));
        Assert.NotEmpty(model.Answer(Picture, Question, maxNewTokens: 4).TokenIds);
        Assert.Empty(folder.Problems());
    }

    [Theory]
    [InlineData("{{ m['role'] }}: {{ m['content'] }} ")] // a list would be written as Python writes it
    [InlineData("{{ m['role'] }}: {{ m['content'] | trim }} ")] // a list cannot be trimmed
    [InlineData("{{ m['role'] }}: {% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}{{ c['text'] }}{% endfor %}{% endif %} ")]
    public void FormatPrompt_OtherTemplatesThatTakeText_HaveTheImageToo(string turn)
    {
        using FieldFolder folder = WithTemplate($"{{% for m in messages %}}{turn}{{% endfor %}}assistant:");
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.Equal($"user: <image>\n{Question} assistant:", model.FormatPrompt(Question));
    }

    [Fact]
    public void FormatPrompt_TemplateThatTakesParts_IsStillGivenParts()
    {
        using var model = VisionLanguageModel.Load(FamilyCase.ModelFolder("llava-interleave"));

        Assert.Equal(FamilyCase.Of("llava-interleave").First().Prompt, model.FormatPrompt(Question));
    }

    [Fact]
    public void Load_LlavaQwen2_AnswersAsLlavaDoes()
    {
        // FastVLM-0.5B's keys: the language model's sizes are at the top, and there is no vision_config.
        const string Configuration = """
            { "model_type": "llava_qwen2", "architectures": ["LlavaQwen2ForCausalLM"], "image_token_index": 810, "mm_projector_type": "mlp2x_gelu",
              "mm_hidden_size": 32, "image_aspect_ratio": "pad", "hidden_size": 48, "num_hidden_layers": 2, "num_key_value_heads": 2,
              "num_attention_heads": 4, "vocab_size": 832, "max_position_embeddings": 2048, "eos_token_id": 802, "tokenizer_model_max_length": 2048 }
            """;
        const string Prompt = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image>\n{question}<|im_end|>\n<|im_start|>assistant\n";
        using var folder = new FieldFolder();
        folder.Delete("chat_template.jinja");
        folder.Json("config.json", root => root["zooprune"] = new JsonObject { ["prompt"] = Prompt });
        string expected = Answer(folder.Root);

        folder.Write("config.json", Configuration);

        Assert.Equal(expected, Answer(folder.Root));
        Assert.Empty(folder.Problems());
    }

    public static TheoryData<string, string, string> Strangers => new()
    {
        { "llava-interleave", "vision_encoder", "pixel_attention_mask" },
        { "llava-next", "vision_encoder", "image_sizes" },
        { "qwen2.5-vl", "vision_encoder", "spatial_shapes" },
        { "llava-interleave", "embed_tokens", "token_type_ids" },
        { "llava-interleave", "decoder_model_merged", "per_layer_inputs" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Load_GraphThatAsksForMore_NamesTheInput(string family, string graph, string input)
    {
        using FieldFolder folder = new FieldFolder(family).AddInput(graph, input, Element.Int64, "batch", "size");

        string error = folder.LoadError();

        Assert.Contains($"{graph}.onnx': it asks for '{input}', for which a model of this kind has nothing. It may ask for ", error);
        Assert.Contains($"Graph 'onnx/{graph}.onnx': it asks for '{input}'", Assert.Single(folder.Problems()));
        Assert.Contains("take an export without it, or a model of a kind that docs/models.md lists.", error);
    }

    [Fact]
    public void Inspect_GraphInputOfAnotherTypeOrRank_IsAProblem()
    {
        using var folder = new FieldFolder();
        var graph = new OnnxGraphBuilder("embedding");
        string ids = graph.Input("input_ids", Element.Float, "batch", "length");
        graph.Node("Unsqueeze", "", [ids, graph.Constant([2L], 1)], "inputs_embeds");
        graph.Output("inputs_embeds", Element.Float, "batch", "length", "1");
        folder.Write("onnx/embed_tokens.onnx", graph.Build());
        Assert.Contains("'input_ids' is float32. It must be int64", Assert.Single(folder.Problems()));

        graph = new OnnxGraphBuilder("embedding");
        ids = graph.Input("input_ids", Element.Int64, "length");
        graph.Node("Cast", "", [ids], "inputs_embeds", ("to", 1));
        graph.Output("inputs_embeds", Element.Float, "length");
        folder.Write("onnx/embed_tokens.onnx", graph.Build());
        Assert.Contains("'input_ids' has the shape [length]. It needs 2 dimensions", Assert.Single(folder.Problems()));
    }

    [Fact]
    public void Inspect_PictureSizeThatTheEncoderDoesNotTake_IsAProblem()
    {
        using FieldFolder folder = new FieldFolder().Json("processor_config.json", root =>
        {
            root["image_processor"]!["size"]!["height"] = 224;
            root["image_processor"]!["size"]!["width"] = 224;
        });

        const string Message = "it takes images of 112 x 112 pixels. It must fit processor_config.json, which makes them 224 x 224";
        Assert.Contains(Message, Assert.Single(folder.Problems()));
        Assert.Contains(Message, folder.LoadError());
    }

    [Fact]
    public void Load_ProcessorWithoutImageProcessor_NamesTheFileThatIsThere()
    {
        using FieldFolder folder = new FieldFolder().Json("processor_config.json", root => root.AsObject().Remove("image_processor"));

        string error = folder.LoadError();

        Assert.Contains("processor_config.json': it has no 'image_processor', and there is no preprocessor_config.json beside it.", error);
        Assert.Contains(folder.Problems(), problem => problem == error);
    }

    [Theory]
    [InlineData("genai_config.json", "ONNX Runtime GenAI (genai_config.json)", "Microsoft.ML.OnnxRuntimeGenAI")]
    [InlineData("openvino_language_model.xml", "OpenVINO (openvino_language_model.xml)", "export-model.py")]
    [InlineData("model-q4.gguf", "llama.cpp (model-q4.gguf)", "export-model.py")]
    [InlineData("encoder_model.onnx", "optimum (encoder_model.onnx)", "export-model.py")]
    [InlineData("onnx/decoder_with_past_model.onnx", "optimum (onnx/decoder_with_past_model.onnx)", "export-model.py")]
    [InlineData("onnx/encoder_model_q4.onnx onnx/decoder_model_merged_q4.onnx", "transformers.js for a model with an encoder for text too (onnx/encoder_model_q4.onnx)", "not pruned here")]
    [InlineData("onnx/model_quantized.onnx", "optimum or transformers.js for a model of one graph (onnx/model_quantized.onnx)", "onnx-community")]
    [InlineData("model.safetensors", "a transformers checkpoint without graphs (model.safetensors)", "docs/export-model.py")]
    public void Load_LayoutOfAnother_IsToldByNameWithTheWayOut(string files, string name, string remedy)
    {
        using var folder = new FieldFolder();
        Directory.Delete(folder.Path("onnx"), recursive: true);
        foreach (string file in files.Split(' '))
        {
            folder.Write(file, "x");
        }

        string error = folder.LoadError();

        Assert.Contains($"': it has the layout of {name}, which is not read here. Expected config.json", error);
        Assert.Contains(remedy, error);
        Assert.Equal(error, folder.Problems()[0]);
    }

    [Fact]
    public void Load_HubsCacheItself_NamesTheRevisionInIt()
    {
        using var cache = new TestFolder();
        Directory.CreateDirectory(Path.Combine(cache.Root, "blobs"));
        string revision = Directory.CreateDirectory(Path.Combine(cache.Root, "snapshots", "0123")).FullName;

        string error = Assert.Throws<ZooPruneException>(() => VisionLanguageModel.Load(cache.Root)).Message;

        Assert.EndsWith($"name the folder of one revision in it, '{revision}'.", error);
    }

    [Fact]
    public void Load_PointerOfGitLfs_SaysSo()
    {
        using var folder = new FieldFolder();
        folder.Write("onnx/embed_tokens.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 159987\n");

        Assert.Equal(
            $"File '{folder.Path("onnx/embed_tokens.onnx")}': it is a pointer of Git LFS and not the file itself. Expected the whole file; run "
            + "'git lfs pull' in the folder, or download the file.",
            folder.LoadError());
    }

    [Fact]
    public void Load_FileInsteadOfAFolder_SaysSo()
    {
        using var folder = new FieldFolder();
        string file = folder.Path("config.json");

        Assert.Contains("it is a file. Expected a folder", Assert.Throws<ZooPruneException>(() => VisionLanguageModel.Load(file)).Message);
        Assert.Contains("it is a file. Expected a folder", Assert.Throws<ZooPruneException>(() => ModelInspector.Inspect(file, [])).Message);
    }

    private static FieldFolder WithTemplate(string template)
    {
        var folder = new FieldFolder();
        folder.Delete("chat_template.jinja");
        return folder.Json("tokenizer_config.json", root => root["chat_template"] = template);
    }

    private static string Answer(string folder)
    {
        using var model = VisionLanguageModel.Load(folder);
        return string.Join(' ', model.Answer(Picture, Question, new PruningOptions { Keep = KeepBudget.Tokens(16) }, maxNewTokens: 6).TokenIds);
    }
}
