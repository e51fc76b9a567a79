using SkiaSharp;

namespace ZooPrune.Onnx.Tests;

/// <summary>Pictures of any size in models that take them so: bounded before anything is run.</summary>
public sealed class LargePictureTests
{
    private static readonly PruningOptions Few = new() { Keep = KeepBudget.Tokens(4) };

    [Theory]
    [InlineData("qwen2-vl")]
    [InlineData("qwen2.5-vl")]
    public void MaxPixels_AnySize_BoundsThePreparedPicture(string family)
    {
        using var folder = new FieldFolder(family);
        using var model = VisionLanguageModel.Load(folder.Root, new() { MaxPixels = 28 * 28 * 6 });

        ImageLayout layout = model.LayoutOf(4000, 3000);
        PreparedImage image = model.Prepare(new byte[3 * 300 * 200], 300, 200);

        Assert.InRange(layout.TokenCount, 1, 6);
        Assert.InRange(model.LayoutOf(image).TokenCount, 1, 6);
        Assert.NotEmpty(model.Answer(image, "What?", Few, maxNewTokens: 2).TokenIds);
    }

    [Fact]
    public void MaxPixels_BelowMinPixels_LowersThatToo()
    {
        using var folder = new FieldFolder("qwen2.5-vl");
        using var model = VisionLanguageModel.Load(folder.Root, new() { MaxPixels = 1 });

        Assert.Equal(1, model.LayoutOf(100, 100).TokenCount);
    }

    [Theory]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    public void MaxPixels_ModelOfItsOwnSize_IsAnErrorThatSaysSo(string family)
    {
        using var folder = new FieldFolder(family);

        Assert.Contains("VisionLanguageModelOptions.MaxPixels (--max-pixels) is for models of any size", folder.LoadError(new() { MaxPixels = 1_000_000 }));
    }

    [Fact]
    public void MaxPixels_Zero_IsAnError() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VisionLanguageModel.Load(FamilyCase.ModelFolder("qwen2-vl"), new() { MaxPixels = 0 }));

    [Fact]
    public void Encode_MoreThanThereIs_IsRefusedWithWhatFitsAndThatFits()
    {
        // The hub's limit, and 4 GB.
        using FieldFolder folder = new FieldFolder("qwen2.5-vl").Json("preprocessor_config.json", root => root["size"]!["longest_edge"] = 12_845_056);
        const long Limit = 4_000_000_000;
        using var model = VisionLanguageModel.Load(folder.Root, new() { EncoderMemoryLimit = Limit });
        var photo = new PreparedImage(new float[61_204 * 1176], [61_204, 1176], 3000, 4000, [1, 214, 286]);

        string error = Assert.Throws<ZooPruneException>(() => model.Encode(photo)).Message;

        Assert.StartsWith(
            "Image: prepared it has 11,995,984 pixels, 61,204 patches, for which the vision encoder and its attention take about 20", error);
        Assert.Contains("There are 4.0 GB; load the model with VisionLanguageModelOptions.MaxPixels = ", error);
        long most = long.Parse(error.Split("--max-pixels ")[1].Split(')')[0]);

        // The advice, tried: a picture that fills it passes the check, and one visual token more in each direction does not.
        using var advised = VisionLanguageModel.Load(folder.Root, new() { EncoderMemoryLimit = Limit, MaxPixels = most });
        int patches = advised.LayoutOf(4000, 3000).TokenCount * 4;
        var memory = Models.EncoderMemory.Read(JsonFile.Open(folder.Path("config.json")).Root);
        memory.Check(patches, Limit);
        memory.Check(most / 14 / 14, Limit);
        Assert.Throws<ZooPruneException>(() => memory.Check((most / 14 / 14) + 400, Limit));
    }

    [Fact]
    public void BytesOf_HubsLimit_IsWhatItsAttentionTakes()
    {
        // Qwen2.5-VL-7B: 16 heads, 65,536 patches, 275 GB for one copy of the scores.
        var memory = new Models.EncoderMemory(Heads: 16, Width: 1280, HiddenWidth: 3420, PatchSize: 14, MergeSize: 2);

        Assert.InRange(memory.BytesOf(65_536) / 1e9, 275, 1000);
        Assert.InRange(memory.BytesOf(5_120) / 1e9, 1.7, 8);
        Assert.InRange(memory.PixelsWithin(memory.BytesOf(5_120)), 5_116 * 196, 5_124 * 196);
        Assert.Equal(28 * 28, memory.PixelsWithin(0));
    }

    /// <summary>A photo of 108 million pixels, as phones take them: refused with the way out, then read in about its own size.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public void Prepare_108Megapixels_IsReadWithinBounds()
    {
        using var folder = new TestFolder();
        using (var bitmap = new SKBitmap(new SKImageInfo(12_000, 9_000, SKColorType.Rgba8888, SKAlphaType.Opaque)))
        {
            bitmap.Erase(SKColors.SteelBlue);
            using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
            folder.Write("photo.jpg", data.ToArray());
        }

        string path = Path.Combine(folder.Root, "photo.jpg");
        using (var usual = VisionLanguageModel.Load(TestPaths.Model))
        {
            Assert.Contains("(--max-image-pixels)", Assert.Throws<ZooPruneException>(() => usual.Prepare(path)).Message);
        }

        using var model = VisionLanguageModel.Load(TestPaths.Model, new() { MaxImagePixels = 108_000_000 });
        long before = GC.GetTotalAllocatedBytes(precise: true);
        PreparedImage image = model.Prepare(path);

        Assert.Equal((9_000, 12_000), (image.OriginalHeight, image.OriginalWidth));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 600_000_000); // four bytes a pixel, and the file
    }

    [Theory]
    [InlineData("[ErrorCode:RuntimeException] Non-zero status code returned while running Softmax node: Failed to allocate memory for requested buffer of size 59935782400")]
    [InlineData("bad allocation")]
    [InlineData("std::bad_alloc")]
    [InlineData("CUDA failure 2: out of memory ; GPU=0")]
    [InlineData("BFCArena::AllocateRawInternal Available memory of 1 is smaller than requested bytes of 2")]
    public void GraphFailed_OutOfMemory_DoesNotAskForAnotherExport(string message)
    {
        var exception = new InvalidOperationException(message);

        foreach (ZooPruneException error in (ZooPruneException[])[Throw.GraphFailed("g", "61,204 patches", exception), Throw.GraphUnreadable("g", exception)])
        {
            Assert.Contains("more memory than there is", error.Message);
            Assert.DoesNotContain("export", error.Message);
        }

        Assert.Contains("export them", Throw.GraphFailed("g", "x", new InvalidOperationException("Invalid rank")).Message);
    }
}
