using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>What public reports about other software of this kind say went wrong there, tried here; docs/field-notes.md lists them.</summary>
public sealed class PublicReportTests
{
    private const string Question = "How many red circles are there?";

    private static string Picture => FamilyCase.Of("llava-interleave").First().ImagePath;

    /// <summary>imp 1249: a system message before the question cost the picture its tokens.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}assistant:")]
    public void Prompt_SystemMessageFirst_KeepsThePicture(string? template)
    {
        using FieldFolder folder = WithTemplate(template);
        using var model = VisionLanguageModel.Load(folder.Root);
        PrunedImage image = model.Prune(model.Prepare(Picture));

        VisionAnswer with = model.Answer([new("system", "Be brief."), new("user", Question, [image])]);
        VisionAnswer without = model.Answer([new("system", "Be brief."), new("user", Question)]);

        Assert.True(with.PromptTokenCount >= without.PromptTokenCount + image.KeptTokenCount);
    }

    /// <summary>omlx 3785: a template that tells the user that pictures cannot be processed where a part is one.</summary>
    [Fact]
    public void Prompt_TemplateThatRefusesPictures_GetsThePlaceholderAsText()
    {
        using FieldFolder folder = WithTemplate(
            "{% for m in messages %}{{ m.role }}: {% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
            + "{{ c.text if c.type == 'text' else 'You are unable to process this image.' }}{% endfor %}{% endif %}{{ '\n' }}{% endfor %}assistant:");
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.Equal($"user: <image>\n{Question}\nassistant:", model.FormatPrompt(Question));
    }

    /// <summary>llama-cpp-python 2225, minijinja 815: transformers' {% generation %} was an unknown tag.</summary>
    [Fact]
    public void Prompt_GenerationTags_AreReadOver()
    {
        using FieldFolder folder = WithTemplate(
            "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.role }}: {{ m.content + '' }}\n"
            + "{% endif %}{% endfor %}assistant:");
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.Equal($"user: <image>\n{Question}\nassistant:", model.FormatPrompt(Question));
    }

    /// <summary>WindowsAppSDK 6173, llama.cpp 5802, azure-ai-vision-sdk 60: folders and pictures with letters beyond ASCII.</summary>
    [Fact]
    public void Load_NamesBeyondAscii_AreRead()
    {
        using var folder = new FieldFolder();
        string root = folder.Path("Modelle für Ärzte 模型 🐶");
        Directory.CreateDirectory(Path.Combine(root, "onnx"));
        foreach (string file in Directory.EnumerateFiles(folder.Root).Concat(Directory.EnumerateFiles(folder.Path("onnx"))))
        {
            File.Copy(file, Path.Combine(root, Path.GetRelativePath(folder.Root, file)));
        }

        string picture = Path.Combine(root, "zdjęcie wiertarko-wkrętarka 画像.jpg");
        File.Copy(Picture, picture);
        using var model = VisionLanguageModel.Load(root);
        using var plain = VisionLanguageModel.Load(folder.Root);

        Assert.Equal(plain.Answer(Picture, Question, maxNewTokens: 4).TokenIds, model.Answer(picture, Question, maxNewTokens: 4).TokenIds);
    }

    /// <summary>OpenViking 500: files of settings that an editor saved with a byte order mark.</summary>
    [Theory]
    [InlineData("config.json")]
    [InlineData("processor_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("generation_config.json")]
    [InlineData("chat_template.jinja")]
    public void Load_ByteOrderMark_IsReadOver(string file)
    {
        using var folder = new FieldFolder();
        using var plain = VisionLanguageModel.Load(folder.Root);
        string prompt = plain.FormatPrompt(Question);

        folder.Write(file, [.. Encoding.UTF8.GetPreamble(), .. File.ReadAllBytes(folder.Path(file))]);

        using var model = VisionLanguageModel.Load(folder.Root);
        Assert.Equal(prompt, model.FormatPrompt(Question));
        Assert.Empty(folder.Problems());
    }

    /// <summary>llama 1393, llama.cpp 3256: the fast tokenizer's file is missing, the slow one's is there.</summary>
    [Theory]
    [InlineData("tokenizer.model")]
    [InlineData("vocab.json")]
    public void Load_SlowTokenizerOnly_SaysHowToMakeTheFastOne(string file)
    {
        using var folder = new FieldFolder();
        folder.Delete("tokenizer.json");
        folder.Write(file, "x");

        string error = folder.LoadError();

        Assert.Contains($"tokenizer.json is missing, and {file} is there, which is not read.", error);
        Assert.Contains("AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)", error);
        Assert.Contains(error, folder.Problems());
    }

    /// <summary>SubspaceAD 5: a name on the hub where a folder is expected.</summary>
    [Fact]
    public void Load_NameOnTheHub_SaysHowToDownloadIt()
    {
        const string Message = "run 'hf download llava-hf/llava-interleave-qwen-0.5b-hf --local-dir FOLDER' and name that folder.";

        Assert.EndsWith(Message, Assert.Throws<ZooPruneException>(() => VisionLanguageModel.Load("llava-hf/llava-interleave-qwen-0.5b-hf")).Message);
        Assert.EndsWith(Message, Assert.Throws<ZooPruneException>(() => ModelInspector.Inspect("llava-hf/llava-interleave-qwen-0.5b-hf", [])).Message);
    }

    /// <summary>genai 837: a graph that was not downloaded to its end. There the message was "Protobuf parsing failed".</summary>
    [Theory]
    [InlineData("vision_encoder")]
    [InlineData("embed_tokens")]
    [InlineData("decoder_model_merged")]
    public void Load_HalfAGraph_NamesTheFileAndSaysToGetItAgain(string graph)
    {
        using var folder = new FieldFolder();
        byte[] file = File.ReadAllBytes(folder.Path($"onnx/{graph}.onnx"));
        folder.Write($"onnx/{graph}.onnx", file[..(file.Length / 2)]);

        string error = folder.LoadError();

        Assert.Contains($"{graph}.onnx", error);
        Assert.Matches("(export|download|copy) (or (copy|download) )?it again", error);
        Assert.Contains(folder.Problems(), problem => problem.Contains($"{graph}.onnx", StringComparison.Ordinal));
    }

    /// <summary>Qwen3-VL 775: the image processor's class changed its name between versions.</summary>
    [Theory]
    [InlineData("Qwen2VLImageProcessor")]
    [InlineData("Qwen2VLImageProcessorFast")]
    [InlineData("Qwen2_5_VLImageProcessor")]
    public void Load_ImageProcessorByAnyOfItsNames_IsTheSame(string name)
    {
        using FieldFolder folder = new FieldFolder("qwen2.5-vl").Json("preprocessor_config.json", root => root["image_processor_type"] = name);
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.Equal(ImageMeasure.PatchGrid, model.ImageMeasure);
    }

    /// <summary>transformers 30432: a size may be a number, one edge, or height and width.</summary>
    [Theory]
    [InlineData("112")]
    [InlineData("""{ "height": 112, "width": 112 }""")]
    [InlineData("""{ "shortest_edge": 112 }""")]
    public void Load_SizeInAnyOfItsForms_IsTheSame(string size)
    {
        using FieldFolder folder = new FieldFolder().Json("processor_config.json", root =>
        {
            root["image_processor"]!["size"] = JsonNode.Parse(size);
            root["image_processor"]!["do_center_crop"] = true;
            root["image_processor"]!["crop_size"] = JsonNode.Parse(size.Contains("edge", StringComparison.Ordinal) ? "112" : size);
        });
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.Equal([1, 3, 112, 112], model.Prepare(Picture).Shape);
    }

    /// <summary>genai 927: placeholders in the question and pictures were counted against each other.</summary>
    [Fact]
    public void Answer_PlaceholderInTheQuestion_IsNoPicture()
    {
        using var folder = new FieldFolder();
        using var model = VisionLanguageModel.Load(folder.Root);

        Assert.NotEmpty(model.Answer(Picture, "<image> What is <image>?", maxNewTokens: 2).TokenIds);
        Assert.Equal(2, model.FormatPrompt("<image>", imageCount: 1).Split("<image>").Length - 1);
    }

    /// <summary>Pillow 1138: two pictures in a .jpg of a phone (MPO); PIL reads the first.</summary>
    [Fact]
    public void Read_TwoPicturesInAJpeg_IsTheFirst()
    {
        RgbImage image = new ImageDecoder(1_000_000).Read(TestPaths.Data("images", "phone.mpo"));

        Assert.Equal((48, 32), (image.Width, image.Height));
        Assert.Equal("1025418f533ba0199b61d0eaf2dc85b4fdb8c03a6a689cadabf10ffe62856221", Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
    }

    /// <summary>libheif 675: a JPEG file that a phone named .HEIC; hermes-agent 67848: a HEIC file that something named .jpg.</summary>
    [Fact]
    public void Read_NameOfAnotherFormat_IsNotLookedAt()
    {
        using var folder = new TestFolder();
        var decoder = new ImageDecoder(64_000_000);
        string jpeg = folder.Write("IMG_3564.HEIC", File.ReadAllBytes(Picture));
        string heic = folder.Write("IMG_9527.jpg", [0, 0, 0, 0x24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[64]]);

        Assert.Equal(decoder.Read(Picture).Pixels.ToArray(), decoder.Read(jpeg).Pixels.ToArray());
        Assert.Contains("which is a HEIC file. Expected PNG, JPEG", Assert.Throws<ZooPruneException>(() => decoder.Read(heic)).Message);
    }

    /// <summary>supervision 2581: paths in a table that was written on Windows.</summary>
    [UnixFact]
    public void Read_PathWithBackslashes_IsTheFile()
    {
        using var folder = new TestFolder();
        folder.Write("images/a.jpg", File.ReadAllBytes(Picture));
        var decoder = new ImageDecoder(64_000_000);

        Assert.Equal(decoder.Read(Picture).Pixels.ToArray(), decoder.Read($@"{folder.Root}/images\a.jpg").Pixels.ToArray());
        Assert.Contains(@"images\b.jpg': there is no such file", Assert.Throws<ZooPruneException>(() => decoder.Read($@"{folder.Root}/images\b.jpg")).Message);

        // A file of that very name is meant first.
        folder.Write("images\\a.jpg", File.ReadAllBytes(TestPaths.Data("images", "rgb.png")));
        Assert.NotEqual(decoder.Read(Picture).Width, decoder.Read($@"{folder.Root}/images\a.jpg").Width);
    }

    /// <summary>LLamaSharp and others read "0.00048828125" with the user's decimal comma: nothing depends on the user's language.</summary>
    [Fact]
    public void Answer_UsersLanguage_ChangesNothing()
    {
        // Made here, since a machine may have none but the invariant one.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212";
        using var folder = new FieldFolder();
        using var model = VisionLanguageModel.Load(folder.Root);
        IReadOnlyList<int> expected = model.Answer(Picture, "WHAT IS IT?", maxNewTokens: 4).TokenIds;
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            using var other = VisionLanguageModel.Load(folder.Root);
            Assert.Equal(expected, other.Answer(Picture, "WHAT IS IT?", maxNewTokens: 4).TokenIds);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static FieldFolder WithTemplate(string? template)
    {
        var folder = new FieldFolder();
        if (template is not null)
        {
            folder.Write("chat_template.jinja", template);
        }

        return folder;
    }
}
