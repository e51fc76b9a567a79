using System.IO.Compression;
using Microsoft.ML;
using ZooPrune.Tests;

namespace ZooPrune.MLNet.Tests;

/// <summary>Files that something is wrong with, by accident or on purpose.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly TinyChains _test = new();

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData("tokenizer.json", "\n", "tokenizer.json was saved with 704 bytes and has 705")]
    [InlineData("onnx/projector.onnx", null, "onnx/projector.onnx was saved with 706 bytes and is not there")]
    public void Load_ModelFileChanged_NamesIt(string file, string? added, string expected)
    {
        string path = _test.Save(_test.Ours());
        string changed = Path.Combine(_test.ModelFolder, file);
        if (added is null)
        {
            File.Delete(changed);
        }
        else
        {
            File.AppendAllText(changed, added);
        }

        Assert.Equal(
            $"ZooPruneModel.Load: the model in '{_test.ModelFolder}' is not the one that '{path}' was saved with: {expected}. "
                + "Expected the same files; put them back, or if the change is meant, build the chain with the new model and save it "
                + "again.",
            Message(path));
    }

    [Fact]
    public void Load_OneBitOfTheWeightsChanged_SaysBothHashes()
    {
        string path = _test.Save(_test.Ours());
        string weights = Path.Combine(_test.ModelFolder, "onnx", "projector.onnx");
        string was = ModelFiles.Measure(weights, "x").Sha256;
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[300] ^= 1;
        File.WriteAllBytes(weights, bytes);

        Assert.Contains(
            $"onnx/projector.onnx was saved with SHA-256 {was} and has {ModelFiles.Measure(weights, "x").Sha256}.",
            Message(path),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightsBesideAGraph_BelongToTheModel()
    {
        string weights = Path.Combine(_test.ModelFolder, "onnx", "decoder_model_merged.onnx_data");
        File.WriteAllText(weights, "weights");
        string path = _test.Save(_test.Ours());
        File.WriteAllText(weights, "weightz");

        Assert.Contains("onnx/decoder_model_merged.onnx_data was saved with SHA-256", Message(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "\"version\": 1,\n  \"writtenBy\"",
        "\"version\": 2,\n  \"writtenBy\"",
        "has version 2 of the file format. Expected version 1; load it with the version of ZooPrune that wrote it, or a later one.")]
    [InlineData(
        "\"EncodeImages\",\n      \"version\": 1",
        "\"EncodeImages\",\n      \"version\": 2",
        "has version 2 of the options of stage EncodeImages. Expected version 1; load it with the version of ZooPrune that wrote "
            + "it, or a later one.")]
    [InlineData(
        "\"stage\": \"EncodeImages\"",
        "\"stage\": \"DrawImages\"",
        "has a stage 'DrawImages'. Expected one of 'PreprocessImages', 'EncodeImages', 'PruneVisualTokens', 'GenerateText', "
            + "'AnswerQuestions'; load it with")]
    [InlineData(
        "\"format\": \"ZooPruneModel\"",
        "\"format\": \"Other\"",
        "has a zooprune.json of another format. Expected a file that ZooPruneModel.Save wrote;")]
    [InlineData("\"stepSize\":", "\"stride\": 1, \"stepSize\":", "cannot be used: the options of stage PruneVisualTokens cannot be read: ")]
    [InlineData(
        "\"selection\": \"ZooPrune\"",
        "\"selection\": \"Magic\"",
        "cannot be used: the options of stage PruneVisualTokens cannot be read: ")]
    [InlineData(
        "\"selection\": \"ZooPrune\"", "\"selection\": 1", "cannot be used: the options of stage PruneVisualTokens cannot be read: ")]
    [InlineData("\"ratio\": 0.7", "\"ratio\": 0.7, \"tokens\": 3", "cannot be used: ")]
    [InlineData(
        "\"model\": 0",
        "\"model\": 1",
        "cannot be used: the options of stage PreprocessImages cannot be read: There is no such model in the file. Expected")]
    [InlineData(
        "\"model\": 0",
        "\"model\": -1",
        "cannot be used: the options of stage PreprocessImages cannot be read: There is no such model in the file. Expected")]
    [InlineData("\"maxImagePixels\":", "\"speed\": 1, \"maxImagePixels\":", "cannot be used: the options of a model cannot be read: ")]
    [InlineData(
        "\"folder\": \"model\"", "\"folder\": \"/etc\"", "cannot be used: '/etc' is no relative path of a model's folder. Expected")]
    [InlineData(
        "\"folder\": \"model\"",
        "\"folder\": \"\\\\\\\\server\\\\share\"",
        "cannot be used: '\\\\server\\share' is no relative path of a model's folder. Expected")]
    [InlineData(
        "\"folder\": \"model\"", "\"folder\": \"C:model\"", "cannot be used: 'C:model' is no relative path of a model's folder. Expected")]
    [InlineData(
        "\"name\": \"config.json\"",
        "\"name\": \"../config.json\"",
        "cannot be used: '../config.json' is no name of a file in it. Expected")]
    [InlineData(
        "\"name\": \"config.json\"", "\"name\": \"/etc/passwd\"", "cannot be used: '/etc/passwd' is no name of a file in it. Expected")]
    [InlineData(
        "\"name\": \"config.json\"",
        "\"name\": \"..\\\\config.json\"",
        "cannot be used: '..\\config.json' is no name of a file in it. Expected")]
    [InlineData(
        "\"name\": \"config.json\"",
        "\"name\": \"TOKENIZER.json\"",
        "cannot be used: the file 'tokenizer.json' of a model is there twice. Expected")]
    [InlineData(
        "\"type\": \"Text\"",
        "\"type\": \"Texture\"",
        "cannot be used: column 'ImagePath' of the schema has the type 'Texture', which makes no sense")]
    [InlineData(
        "\"type\": \"Text\",\n      \"keys\": null,\n      \"dimensions\": null",
        "\"type\": \"Single\",\n      \"keys\": null,\n      \"dimensions\": [-1]",
        "cannot be used: column 'ImagePath' of the schema has the type 'Single', which makes no sense")]
    [InlineData(
        "\"type\": \"Text\",\n      \"keys\": null,\n      \"dimensions\": null",
        "\"type\": \"Image\",\n      \"keys\": null,\n      \"dimensions\": [1]",
        "cannot be used: column 'ImagePath' of the schema has the type 'Image', which makes no sense")]
    [InlineData(
        "\"stage\": \"EncodeImages\",",
        "\"stage\": null,",
        "cannot be used: a part is neither one stage of ours nor a file with ML.NET's. Expected")]
    [InlineData("\"format\":", "\"format\": \"ZooPruneModel\", \"format\":", "cannot be used: zooprune.json cannot be read: ")]
    [InlineData("\"schema\":", "\"scheme\": [], \"schema\":", "cannot be used: zooprune.json cannot be read: ")]
    [InlineData(
        "\"writtenBy\":",
        "\"writtenBy\": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]], \"writtenBy\":",
        "cannot be used: zooprune.json cannot be read: ")]
    [InlineData("\"models\": [", "\"models\": [ null, ", "cannot be used: a list has an empty place. Expected")]
    [InlineData("\"files\": [", "\"files\": [ null, ", "cannot be used: a list has an empty place. Expected")]
    [InlineData("\"type\": \"Text\"", "\"type\": null", "cannot be used: zooprune.json cannot be read: ")]
    public void Load_DescriptionChanged_SaysWhatIsWrong(string old, string by, string expected)
    {
        string path = _test.Save(_test.Ours());
        string description = TinyChains.Description(path).ReplaceLineEndings("\n");
        int at = description.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, description);

        TinyChains.Describe(path, string.Concat(description.AsSpan(0, at), by, description.AsSpan(at + old.Length)));

        Assert.StartsWith($"ZooPruneModel.Load: '{path}' {expected}", Message(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EntryThatLeadsOutOfTheFolder_WritesNothing()
    {
        string path = _test.Save(_test.Ours(), new ZooPruneSaveOptions { EmbedModels = true });
        static string Renamed(string text, string folder) =>
            text.Replace(folder + "config.json", folder + "../../evil.json", StringComparison.Ordinal);
        TinyChains.Rewrite(path, entries => entries.Select(entry => entry with { Name = Renamed(entry.Name, "models/0/") }));
        TinyChains.Describe(path, Renamed(TinyChains.Description(path), "\""));

        Assert.Equal(
            $"ZooPruneModel.Load: '{path}' cannot be used: '../../evil.json' is no name of a file in it. Expected a file as "
                + "ZooPruneModel.Save wrote it; copy it anew, or save the chain again.",
            Message(path));
    }

    [Fact]
    public void Load_CompressedEntry_IsRefusedBeforeItIsUnpacked()
    {
        string path = _test.Save(_test.Ours(), new ZooPruneSaveOptions { EmbedModels = true });
        var bomb = new TinyChains.Entry("models/0/config.json", new byte[50_000_000], CompressionLevel.SmallestSize);
        TinyChains.Rewrite(path, entries => [.. entries.Where(entry => entry.Name != bomb.Name), bomb]);

        Assert.StartsWith(
            $"ZooPruneModel.Load: '{path}' cannot be used: the entry 'models/0/config.json' is compressed or overlaps another.",
            Message(path),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PartThatGrows_IsRefusedBeforeMLNetSeesIt()
    {
        string path = _test.Save(_test.Mixed());

        var exception = Assert.Throws<ZooPruneException>(() => _test.Load(path, new ZooPruneLoadOptions { MaxUnpackedBytes = 10 }));

        Assert.Equal(
            $"ZooPruneModel.Load: parts/0.zip in '{path}' has more than 10 bytes when it is unpacked. Expected at most that; if "
                + "you trust the file, raise MaxUnpackedBytes.",
            exception.Message);
    }

    [Theory]
    [InlineData("models/0/config.json", "the entry 'models/0/config.json' is there twice")]
    [InlineData("MODELS/0/config.json", "the entry 'MODELS/0/config.json' is there twice")]
    [InlineData("more.txt", "nothing is said about the entry 'more.txt'")]
    public void Load_EntryTooMany_NamesIt(string name, string expected)
    {
        string path = _test.Save(_test.Ours(), new ZooPruneSaveOptions { EmbedModels = true });

        TinyChains.Rewrite(path, entries => [.. entries, new TinyChains.Entry(name, [1])]);

        Assert.StartsWith($"ZooPruneModel.Load: '{path}' cannot be used: {expected}.", Message(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/0/config.json")]
    [InlineData("parts/0.zip")]
    public void Load_EntryMissingOrChanged_NamesIt(string name)
    {
        string path = _test.Save(_test.Mixed(), new ZooPruneSaveOptions { EmbedModels = true });
        byte[] whole = File.ReadAllBytes(path);

        TinyChains.Rewrite(path, entries => entries.Where(entry => entry.Name != name));
        string missing = Message(path);
        File.WriteAllBytes(path, whole);
        TinyChains.Rewrite(
            path, entries => entries.Select(entry => entry.Name == name ? entry with { Content = [.. entry.Content, 0] } : entry));
        string changed = Message(path);

        Assert.StartsWith(
            $"ZooPruneModel.Load: '{path}' cannot be used: the entry '{name}' is missing.", missing, StringComparison.Ordinal);
        Assert.StartsWith(
            $"ZooPruneModel.Load: '{path}' cannot be used: {name} has not the length or the SHA-256 that was saved.",
            changed,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DescriptionTooLong_IsNotRead()
    {
        string path = _test.Save(_test.Ours());

        TinyChains.Describe(path, new string(' ', 5_000_000));

        Assert.StartsWith(
            $"ZooPruneModel.Load: '{path}' cannot be used: zooprune.json has 5,000,000 bytes, more than 4,194,304.",
            Message(path),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFileOrAnother_SaysWhatToDo()
    {
        string none = _test.PathOf("none.zip");
        string text = _test.PathOf("text.zip");
        File.WriteAllText(text, "no zip file");
        string other = _test.PathOf("other.zip");
        using (FileStream stream = File.Create(other))
        {
            _test.ML.Model.Save(_test.ML.Transforms.CopyColumns("Copy", "Text").Fit(_test.Rows), null!, stream);
        }

        Assert.Equal(
            $"ZooPruneModel.Load: there is no file '{none}'. Expected one that ZooPruneModel.Save wrote; check the path.", Message(none));
        Assert.Equal(
            $"ZooPruneModel.Load: '{text}' is no zip file. Expected a file that ZooPruneModel.Save wrote; check the path, and load "
                + "what Model.Save wrote with Model.Load.",
            Message(text));
        Assert.Equal(
            $"ZooPruneModel.Load: '{other}' has no zooprune.json. Expected a file that ZooPruneModel.Save wrote; check the path, "
                + "and load what Model.Save wrote with Model.Load.",
            Message(other));
    }

    [Fact]
    public void Load_FileCutOffOrDisturbedAnywhere_ThrowsZooPruneExceptionOrNothing()
    {
        string path = _test.Save(_test.Ours(), new ZooPruneSaveOptions { EmbedModels = true });
        byte[] whole = File.ReadAllBytes(path);
        string broken = _test.PathOf("broken.zip");
        var random = new Random(1);
        for (int i = 0; i < 120; i++)
        {
            byte[] bytes = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            }

            File.WriteAllBytes(broken, bytes);
            Exception? exception = Record.Exception(() => _test.Load(broken).Dispose());

            Assert.True(exception is null or ZooPruneException or ArgumentException, $"case {i}: {exception}");
        }
    }

    [Fact]
    public void Load_MutatedFiles_ThrowOnlyWhatTheContractLists()
    {
        byte[][] good =
        [
            .. ((string[])["version-1-embedded.zip", "version-1-mlnet.zip", "version-1-reference.zip"])
                .Select(file => File.ReadAllBytes(Path.Combine(TinyChains.Data, file))),
        ];
        string path = _test.PathOf("mutated.zip");
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            File.WriteAllBytes(path, ZipMutation.Apply(good[random.Next(good.Length)], random));

            Exception? exception = Record.Exception(
                () => _test.Load(path, new ZooPruneLoadOptions { ModelFolder = seed % 2 == 0 ? _test.ModelFolder : null }).Dispose());

            Assert.True(exception is null or ZooPruneException or ArgumentException, $"seed {seed}: {exception}");
            Assert.True(exception is not ZooPruneException || exception.Message.Length < 2100, $"seed {seed}: {exception?.Message.Length}");
        }
    }

    [Theory]
    [InlineData("passwd")]
    [InlineData("onnx/passwd")]
    [InlineData("notes.txt")]
    [InlineData("secrets.json")]
    [InlineData("onnx/deeper/vision_encoder.onnx")]
    public void Load_FolderOfAModelThatNamesOtherFiles_IsToldNothingOfThem(string name)
    {
        string path = _test.Save(_test.Ours());
        string secret = Path.Combine(_test.ModelFolder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(secret)!);
        File.WriteAllText(secret, "secret");
        TinyChains.Describe(path, TinyChains.Description(path).Replace("\"name\": \"config.json\"", $"\"name\": \"{name}\"", StringComparison.Ordinal));

        Assert.StartsWith($"ZooPruneModel.Load: '{path}' cannot be used: '{name}' is no file of a model.", Message(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ReferenceToAFolderThatIsNoModels_HashesNothing()
    {
        string path = _test.Save(_test.Ours());
        string other = _test.PathOf("etc");
        Directory.CreateDirectory(other);
        File.WriteAllText(Path.Combine(other, "config.json"), "{ \"password\": 1 }");
        TinyChains.Describe(path, TinyChains.Description(path).Replace("\"folder\": \"model\"", "\"folder\": \"model/../etc\"", StringComparison.Ordinal));

        string message = Message(path);

        Assert.Contains("are missing. Expected config.json", message, StringComparison.Ordinal);
        Assert.DoesNotContain("SHA-256", message, StringComparison.Ordinal);
        Assert.DoesNotContain("bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PartThatNamesAnotherAssembly_IsRefusedBeforeMLNetLoadsIt()
    {
        string path = _test.Save(_test.Mixed());
        byte[] was = System.Text.Encoding.Unicode.GetBytes("Microsoft.ML.ImageAnalytics");
        byte[] by = System.Text.Encoding.Unicode.GetBytes("System.Windows.Forms.Evil.A");
        Assert.Equal(was.Length, by.Length);
        byte[] changed = ZipMutation.ChangePart(File.ReadAllBytes(path), "parts/0.zip", content =>
        {
            int at = content.AsSpan().IndexOf(was);
            if (at >= 0)
            {
                by.CopyTo(content, at);
            }

            return content;
        });
        File.WriteAllBytes(path, changed);

        Assert.Contains("parts/0.zip needs the assembly 'System.Windows.Forms.Evil.A', which is neither ML.NET's nor loaded", Message(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parts/0.zip", "TransformerChain/Transform_000/Model.key")]
    [InlineData("parts/2.zip", "TransformerChain/Transform_000/OnnxModel")]
    public void Load_PartThatCountsMoreThanItHas_IsRefusedBeforeMLNetMakesRoom(string part, string entry)
    {
        // The length of a graph, or the number of a stage's columns, 2 billion: ML.NET would make an array of it.
        byte[] whole = File.ReadAllBytes(Path.Combine(TinyChains.Data, "version-1-mlnet.zip"));
        bool isGraph = entry.EndsWith("OnnxModel", StringComparison.Ordinal);
        byte[] changed = ZipMutation.ChangePart(whole, part, content =>
        {
            bool isModel = content.AsSpan().StartsWith("ML\0MODEL"u8);
            int place = isModel ? BitConverter.ToInt32(content, 0x10) : 0;
            if (isGraph ? !isModel && content.Length > 1000 : isModel && content.AsSpan(0x50).StartsWith("CopyTransform"u8))
            {
                BitConverter.TryWriteBytes(content.AsSpan(place), 2_000_000_000);
            }

            return content;
        });
        string path = _test.PathOf("counts.zip");
        File.WriteAllBytes(path, changed);
        var options = new ZooPruneLoadOptions { ModelFolder = _test.ModelFolder, ImageFolder = TestModel.Images };
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message = Assert.Throws<ZooPruneException>(() => _test.Load(path, options)).Message;

        Assert.Contains($"{part} has an entry '{entry}' that counts more than it has", message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    private string Message(string path) => Assert.Throws<ZooPruneException>(() => _test.Load(path)).Message;
}
