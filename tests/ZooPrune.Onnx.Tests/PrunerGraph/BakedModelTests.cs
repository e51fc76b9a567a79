using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

/// <summary>Baked vision encoders, run by ONNX Runtime as any program would, against the engine's own steps.</summary>
public sealed class BakedModelTests : IDisposable
{
    private readonly TestFolder _out = new();

    private string Target => Path.Combine(_out.Root, "baked");

    [Theory]
    [InlineData("shapes-vlm", ModelPrecision.Auto, SelectionMethod.ZooPrune, "64")]
    [InlineData("shapes-vlm", ModelPrecision.Auto, SelectionMethod.DivPrune, "10%")]
    [InlineData("llava", ModelPrecision.Auto, SelectionMethod.ZooPrune, "7")]
    [InlineData("llava", ModelPrecision.Float16, SelectionMethod.ZooPrune, "7")]
    [InlineData("llava", ModelPrecision.Q8, SelectionMethod.ZooPrune, "7")]
    [InlineData("llava-interleave", ModelPrecision.Auto, SelectionMethod.DivPrune, "5")]
    [InlineData("qwen2-vl", ModelPrecision.Auto, SelectionMethod.ZooPrune, "20%")]
    [InlineData("qwen2.5-vl", ModelPrecision.Auto, SelectionMethod.ZooPrune, "9")]
    public void Write_Model_GivesWhatTheEngineKeeps(string name, ModelPrecision precision, SelectionMethod selection, string keep)
    {
        string folder = name == "shapes-vlm" ? TestPaths.Model : FamilyCase.ModelFolder(name);
        var pruning = new PruningOptions { Keep = KeepBudget.Parse(keep), Selection = selection };
        using LoadedModel model = LoadedModel.Load(folder, new() { Precision = precision });

        BakedModel baked = BakedModel.Write(folder, Target, pruning, precision);

        using var session = new InferenceSession(Path.Combine(Target, "onnx", "vision_encoder.onnx"));
        Assert.Equal(["image_features", "kept_indices"], session.OutputNames);
        Assert.Equal((Target, model.Projector.OutputWidth), (baked.Folder, baked.Width));
        Assert.Equal(selection == SelectionMethod.DivPrune ? null : SensitivityMethod.ClosedForm, baked.Sensitivity);
        Assert.Null(baked.Note);
        foreach ((int width, int height) in new[] { (150, 90), (64, 64) })
        {
            byte[] rgb = new byte[width * height * 3];
            new Random(width).NextBytes(rgb);
            PreparedImage image = model.Preprocessor.Prepare(rgb, width, height);
            float[] tokens = model.Encoder.Encode([image])[0];
            int count = tokens.Length / model.Projector.InputWidth;
            TokenSelection expected = new VisualTokenPruner(model.Projector, pruning).Prune(tokens, count);

            (float[] features, long[] shape, int[] kept) = Run(session, image);

            Assert.Equal(expected.KeptIndices.ToArray(), kept);
            Near.Equal(expected.KeptTokens, features, 1e-4, 1e-4);
            int k = expected.KeptIndices.Length;
            Assert.Equal(model.Encoder.TakesPatches ? [k, baked.Width] : [1, k, baked.Width], shape);
            Assert.Equal(model.Encoder.TakesPatches ? (null, null) : (count, k), (baked.TokenCount, baked.KeptTokenCount));
        }
    }

    [Fact]
    public void Write_BatchOfImages_PrunesEachByItself()
    {
        BakedModel.Write(TestPaths.Model, Target, new() { Keep = KeepBudget.Tokens(16) });
        using var session = new InferenceSession(Path.Combine(Target, "onnx", "vision_encoder.onnx"));
        float[] pixels = Near.Random(2 * 3 * 336 * 336, seed: 2);
        int size = session.InputMetadata["pixel_values"].Dimensions[^1];
        pixels = pixels[..(2 * 3 * size * size)];

        (_, long[] shape, int[] both) = Run(session, pixels, [2, 3, size, size]);
        (_, _, int[] second) = Run(session, pixels[(pixels.Length / 2)..], [1, 3, size, size]);

        Assert.Equal([2, 16, 128], shape);
        Assert.Equal(second, both[16..]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_Folder_HasTheRestOfTheModelAndNoProjector(bool external)
    {
        using var files = new TinyModel();
        if (external)
        {
            (byte[] graph, byte[] data) = ExternalGraph.Of(File.ReadAllBytes(files.Path("onnx/vision_encoder.onnx")));
            files.Write("onnx/vision_encoder.onnx", graph);
            files.Write($"onnx/{ExternalGraph.DataFile}", data);
        }

        BakedModel baked = BakedModel.Write(files.Root, Target, new() { Keep = KeepBudget.Tokens(9) });

        string[] expected =
        [
            "config.json", "generation_config.json", "onnx/decoder_model_merged.onnx", "onnx/embed_tokens.onnx",
            "onnx/vision_encoder.onnx", "preprocessor_config.json", "tokenizer.json",
        ];
        Assert.Equal(
            external ? [.. expected.Append("onnx/vision_encoder.onnx_data").Order(StringComparer.Ordinal)] : expected,
            Directory.GetFiles(Target, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Target, file).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_out.Root));
        Assert.Equal("keep 9 of 4: all tokens kept", baked.Note);
        using var session = new InferenceSession(Path.Combine(Target, "onnx", "vision_encoder.onnx"));
        (_, _, int[] kept) = Run(session, TinyModel.Image().PixelValues.ToArray(), [1, 3, 8, 8]);
        Assert.Equal([0, 1, 2, 3], kept);
    }

    [Fact]
    public void Load_BakedFolder_SaysWhichToLoad()
    {
        BakedModel.Write(FamilyCase.ModelFolder("llava"), Target, new() { Keep = KeepBudget.Tokens(5) });

        Assert.Equal(
            $"Graph '{Path.Combine(Target, "onnx", "vision_encoder.onnx")}': it gives 'kept_indices', so pruning was baked into it for "
            + "other programs. Expected a vision encoder that gives all visual tokens, since here the budget is chosen "
            + "for each image; load "
            + "the model that it was made of.",
            Assert.Throws<ZooPruneException>(() => VisionLanguageModel.Load(Target)).Message);
    }

    [Fact]
    public void Write_WhatCannotBeBaked_SaysSoAndLeavesNothing()
    {
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(5) };
        string tiles = FamilyCase.ModelFolder("llava-next");
        Assert.Equal(
            $"Model folder '{tiles}': its pictures are cut into tiles, and how many there are, and which tokens are padding, depends on "
            + "the picture. Baking needs a model of one tile, or one whose visual tokens are all read; prune with VisionLanguageModel.",
            Assert.Throws<ZooPruneException>(() => BakedModel.Write(tiles, Target, pruning)).Message);
        string model = FamilyCase.ModelFolder("llava");
        Assert.Throws<NotSupportedException>(() => BakedModel.Write(model, Target, pruning with { Selection = SelectionMethod.Norm }));
        Assert.Throws<ArgumentOutOfRangeException>(() => BakedModel.Write(model, Target, pruning with { Centering = -1 }));
        Assert.Throws<ArgumentException>(() => BakedModel.Write(model, " ", pruning));
        _out.Write("baked/mine.txt", "");
        Assert.Equal(
            $"Folder '{Target}': it is there already and not empty. The baked model needs a new or an empty folder; name another or delete "
            + "what is there.",
            Assert.Throws<ZooPruneException>(() => BakedModel.Write(model, Target, pruning)).Message);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_out.Root));
    }

    public void Dispose() => _out.Dispose();

    private static (float[] Features, long[] Shape, int[] Kept) Run(InferenceSession session, PreparedImage image)
    {
        long[] shape = [.. image.Shape.Select(size => (long)size)];
        if (image.GridThw is not { } grid)
        {
            return Run(session, image.PixelValues.ToArray(), shape.Length == 3 ? [1, .. shape] : shape);
        }

        string name = session.InputNames.Single(input => input != "pixel_values");
        using OrtValue sizes = OrtValue.CreateTensorValueFromMemory([.. grid.Select(size => (long)size)], [1, 3]);
        return Run(session, image.PixelValues.ToArray(), shape, (name, sizes));
    }

    private static (float[] Features, long[] Shape, int[] Kept) Run(
        InferenceSession session, float[] pixels, long[] shape, params (string Name, OrtValue Value)[] more)
    {
        using var options = new RunOptions();
        using OrtValue values = OrtValue.CreateTensorValueFromMemory(pixels, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            options,
            ["pixel_values", .. more.Select(input => input.Name)],
            [values, .. more.Select(input => input.Value)],
            session.OutputNames);
        return (
            outputs[0].GetTensorDataAsSpan<float>().ToArray(),
            outputs[0].GetTensorTypeAndShape().Shape,
            [.. outputs[1].GetTensorDataAsSpan<long>().ToArray().Select(index => (int)index)]);
    }
}
