using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.MLNet.Tests;

/// <summary>Whole pipelines over tiny models of every family and pictures of several sizes.</summary>
public class FamilyPipelineTests
{
    private static readonly KeepBudget Quarter = KeepBudget.Ratio(0.25);

    public static TheoryData<string> Families => [.. FamilyCase.Families];

    public static TheoryData<string, int> FamiliesAndBatchSizes
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string family in FamilyCase.Families)
            {
                data.Add(family, 0);
                data.Add(family, 1);
                data.Add(family, 3);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Read_StagesWithAllTokens_AnswerAsTransformersDoes(string family)
    {
        FamilyChains test = FamilyChains.Of(family);

        FamilyAnswer[] answers = test.Read(test.Stages(KeepBudget.Ratio(1)), test.Questions);

        Assert.Equal(test.Cases.Select(golden => golden.GeneratedText), answers.Select(answer => answer.Text));
        Assert.All(
            test.Cases.Zip(answers),
            pair => Assert.Equal(
                (string.Empty, pair.First.VisualTokens, pair.First.VisualTokens),
                (pair.Second.Error, pair.Second.VisualTokenCount, pair.Second.KeptTokenCount)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Read_FusedWithAllTokens_AnswersAsTransformersDoes(string family)
    {
        FamilyChains test = FamilyChains.Of(family);

        FamilyAnswer[] answers = test.Read(test.Fused(KeepBudget.Ratio(1)), test.Questions);

        Assert.Equal(test.Cases.Select(golden => golden.GeneratedText), answers.Select(answer => answer.Text));
    }

    [Theory]
    [MemberData(nameof(FamiliesAndBatchSizes))]
    public void Read_StagesWithFewTokens_AnswerAsTheModelDoes(string family, int batchSize)
    {
        FamilyChains test = FamilyChains.Of(family);

        FamilyAnswer[] answers = test.Read(test.Stages(Quarter, batchSize), test.SharedPictures);

        FamilyChains.AssertSame(test.Expected(test.SharedPictures, Quarter), answers);
    }

    [Theory]
    [MemberData(nameof(FamiliesAndBatchSizes))]
    public void Read_FusedWithFewTokens_AnswersAsTheModelDoes(string family, int batchSize)
    {
        FamilyChains test = FamilyChains.Of(family);

        FamilyAnswer[] answers = test.Read(test.Fused(Quarter, batchSize), test.SharedPictures);

        FamilyChains.AssertSame(test.Expected(test.SharedPictures, Quarter), answers);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Read_LoadedImages_AnswersAsTheModelDoes(string family)
    {
        FamilyChains test = FamilyChains.Of(family);

        // ML.NET's decoder has other levels in a JPEG, and blends what is transparent.
        Question[] questions = [.. test.SharedPictures.Where(
            question => question.ImagePath.EndsWith(".png", StringComparison.Ordinal) && !question.ImagePath.Contains(
                "alpha", StringComparison.Ordinal))];
        EstimatorChain<ITransformer> chain = new EstimatorChain<ITransformer>()
            .Append(test.ML.Transforms.LoadImages("Image", test.Images, "ImagePath"))
            .Append(test.ML.Transforms.AnswerQuestions(new(test.Model)
            {
                Keep = Quarter,
                QuestionColumnName = "Text",
                MaxNewTokens = FamilyChains.NewTokens,
                KeptTokenCountColumnName = "kept",
            }));

        FamilyChains.AssertSame(test.Expected(questions, Quarter), test.Read(chain, questions));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Predict_BothWays_AnswersAsTheModelDoes(string family)
    {
        FamilyChains test = FamilyChains.Of(family);
        IDataView rows = test.ML.Data.LoadFromEnumerable(test.Questions);
        VisionAnswer[] expected = test.Expected(test.Questions, Quarter);

        foreach (ITransformer chain in new[] { test.Stages(Quarter).Fit(rows), test.Fused(Quarter).Fit(rows) })
        {
            using PredictionEngine<Question, FamilyAnswer> engine = test.ML.Model.CreatePredictionEngine<Question, FamilyAnswer>(chain);

            FamilyChains.AssertSame(expected, [.. test.Questions.Select(question => engine.Predict(question))]);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Read_FromManyThreads_GivesTheSameOnEach(string family)
    {
        FamilyChains test = FamilyChains.Of(family);
        IDataView view = test.View(test.Stages(Quarter), test.Questions);
        VisionAnswer[] expected = test.Expected(test.Questions, Quarter);

        Parallel.For(0, 4, _ => FamilyChains.AssertSame(expected, test.Read(view)));
    }

    [Theory]
    [InlineData(
        "llava",
        "pixel_values:Vector<Single, 3, 112, 112>|PreprocessMilliseconds:Single|visual_tokens:Vector<Single, 64, "
            + "32>|EncodeMilliseconds:Single")]
    [InlineData(
        "llava-next",
        "pixel_values:Vector<Single>|image_sizes:Vector<Int64, "
            + "2>|PreprocessMilliseconds:Single|visual_tokens:Vector<Single>|EncodeMilliseconds:Single")]
    [InlineData(
        "qwen2-vl",
        "pixel_values:Vector<Single>|image_grid_thw:Vector<Int64, "
            + "3>|PreprocessMilliseconds:Single|visual_tokens:Vector<Single>|EncodeMilliseconds:Single")]
    [InlineData(
        "qwen2.5-vl",
        "pixel_values:Vector<Single>|image_grid_thw:Vector<Int64, "
            + "3>|PreprocessMilliseconds:Single|visual_tokens:Vector<Single>|EncodeMilliseconds:Single")]
    public void Schema_OfEncodedImages_HasWhatTheFamilyNeeds(string family, string columns)
    {
        FamilyChains test = FamilyChains.Of(family);

        DataViewSchema schema = test.View(test.Encoded(), test.Questions).Schema;

        Assert.Equal(
            ["ImagePath:String", "Text:String", .. columns.Split('|')],
            Shapes.Lines(schema).Where(line => !line.StartsWith("Error:", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Read_PixelValuesAndShapes_AreThoseOfTransformers(string family)
    {
        FamilyChains test = FamilyChains.Of(family);
        IDataView view = test.View(test.Encoded(), test.Questions);

        VBuffer<float>[] pixels = Numbers.Column<VBuffer<float>>(view, "pixel_values");

        foreach ((FamilyCase golden, VBuffer<float> values) in test.Cases.Zip(pixels))
        {
            // The same levels of 255; scaled in another order, which the last bit shows.
            float[] expected = golden.Tensors.Singles("pixel_values");
            Assert.Equal(expected.Length, values.Length);
            Numbers.AssertNear(expected, [.. values.DenseValues()], absolute: 1e-6f, relative: 0);
        }

        foreach (string name in new[] { "image_sizes", "image_grid_thw" }.Where(name => view.Schema.GetColumnOrNull(name) is not null))
        {
            VBuffer<long>[] shapes = Numbers.Column<VBuffer<long>>(view, name);
            Assert.All(
                test.Cases.Zip(shapes),
                pair => Assert.Equal(pair.First.Tensors.Int32s(name).Select(value => (long)value), pair.Second.DenseValues()));
        }
    }

    [Theory]
    [InlineData("llava")]
    [InlineData("llava-interleave")]
    public void Read_ApplyOnnxModelWithTheCutEncoder_AnswersAsTheModelDoes(string family)
    {
        FamilyChains test = FamilyChains.Of(family);
        using var folder = new TestFolder();
        SplitVisionEncoder split = VisionEncoderSplitter.Split(test.Model.Files.VisionEncoder);
        string encoder = folder.PathOf(folder.Write("vision_encoder.onnx", split.Encoder));
        EstimatorChain<ITransformer> chain = new EstimatorChain<ITransformer>()
            .Append(test.ML.Transforms.PreprocessImages(new(test.Model) { ImageColumnName = "ImagePath", ImageFolder = test.Images }))
            .Append(test.ML.Transforms.ApplyOnnxModel(split.OutputName, "pixel_values", encoder))
            .Append(test.ML.Transforms.PruneVisualTokens(
                new(test.Model) { Keep = Quarter, VisualTokensColumnName = split.OutputName, KeptTokenCountColumnName = "kept" }))
            .Append(
                test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = "Text", MaxNewTokens = FamilyChains.NewTokens }));

        FamilyChains.AssertSame(test.Expected(test.Questions, Quarter), test.Read(chain, test.Questions));
    }

    [Theory]
    [InlineData("llava-next")]
    [InlineData("qwen2.5-vl")]
    public void Read_ColumnsRenamed_AnswersAsTheModelDoes(string family)
    {
        FamilyChains test = FamilyChains.Of(family);
        TransformsCatalog transforms = test.ML.Transforms;
        EstimatorChain<ITransformer> chain = new EstimatorChain<ITransformer>()
            .Append(
                transforms.PreprocessImages(
                    new(test.Model) { ImageColumnName = "ImagePath", ImageFolder = test.Images, ImageShapeColumnName = "size" }))
            .Append(transforms.EncodeImages(new(test.Model) { ImageShapeColumnName = "size" }))
            .Append(
                transforms.PruneVisualTokens(
                    new(test.Model) { Keep = Quarter, ImageShapeColumnName = "size", KeptTokenCountColumnName = "kept" }))
            .Append(
                transforms.GenerateText(
                    new(test.Model) { ImageShapeColumnName = "size", QuestionColumnName = "Text", MaxNewTokens = FamilyChains.NewTokens }));

        FamilyChains.AssertSame(test.Expected(test.Questions, Quarter), test.Read(chain, test.Questions));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Read_BrokenPictureBetweenGoodOnes_IsTheOnlyError(string family)
    {
        FamilyChains test = FamilyChains.Of(family);
        Question[] questions = [test.Questions[0], new Question { ImagePath = "config.json", Text = "What?" }, .. test.Questions[1..]];

        foreach (IEstimator<ITransformer> estimator in new[] { test.Stages(Quarter), test.Fused(Quarter) })
        {
            FamilyAnswer[] answers = test.Read(estimator, questions);

            Assert.Equal(string.Empty, answers[1].Text);
            Assert.StartsWith(
                $"Image '{Path.Combine(test.Images, "config.json")}': it starts with the bytes",
                answers[1].Error,
                StringComparison.Ordinal);
            Assert.Equal((0, 0, 0), (answers[1].KeptIndices.Length, answers[1].VisualTokenCount, answers[1].KeptTokenCount));
            FamilyChains.AssertSame(test.Expected(test.Questions, Quarter), [answers[0], .. answers[2..]]);
        }
    }
}
