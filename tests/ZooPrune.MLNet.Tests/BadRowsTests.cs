using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>Good and bad rows in one batch, through whole pipelines.</summary>
[Collection(ModelCollectionDefinition.Name)]
public class BadRowsTests(TestModel test)
{
    private const string Advice =
        "Expected an image, the path of one, or the bytes of an image file; check that the file is there and is a whole PNG, JPEG, WebP, GIF or BMP image.";

    [Fact]
    public void Read_LoadedImagesAndApplyOnnxModel_EveryBadRowSaysWhyAndTheOthersAreAnswered()
    {
        using var folder = new TestFolder();
        Question[] questions = Questions(folder);
        IEstimator<ITransformer> pipeline = new EstimatorChain<ITransformer>()
            .Append(test.ML.Transforms.LoadImages("Image", folder.Root, nameof(Question.ImagePath)))
            .Append(test.ML.Transforms.PreprocessImages(new(test.Model)))
            .Append(test.ML.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", test.Model.Files.VisionEncoder))
            .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(64) }))
            .Append(test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = nameof(Question.Text) }));

        Answer[] answers = Read(pipeline, questions);

        Check(
            answers,
            questions,
            folder,
            missing => Assert.Matches("^PreprocessImages: column 'Image' cannot be read in row 1: .*none\\.png.* " + Advice + "$", missing),
            empty => Assert.Matches("^PreprocessImages: column 'Image' cannot be read in row 2: .*\\. " + Advice + "$", empty),
            wrongMagic => Assert.Matches("^PreprocessImages: column 'Image' cannot be read in row 3: .*\\. " + Advice + "$", wrongMagic),
            noPath => Assert.Equal("PreprocessImages: column 'Image' is empty in row 6. " + Advice, noPath));
    }

    [Fact]
    public void Read_PathsAndEncodeImages_EveryBadRowSaysWhyAndTheOthersAreAnswered()
    {
        using var folder = new TestFolder();
        Question[] questions = [.. Questions(folder), new Question { ImagePath = folder.Write("bomb.png", Bomb()), Text = "What is it?" }];

        Answer[] answers = Read(FromPaths(folder, RowErrors.Report), questions);

        Check(
            answers,
            questions,
            folder,
            missing => Assert.StartsWith($"Image '{folder.PathOf("none.png")}': there is no such file.", missing, StringComparison.Ordinal),
            empty => Assert.StartsWith($"Image '{folder.PathOf("empty.png")}': the file has 0 bytes.", empty, StringComparison.Ordinal),
            wrongMagic => Assert.StartsWith(
                $"Image '{folder.PathOf("text.png")}': it starts with the bytes", wrongMagic, StringComparison.Ordinal),
            noPath => Assert.Equal("PreprocessImages: column 'ImagePath' is empty in row 6. " + Advice, noPath));
        Assert.StartsWith(
            $"Image '{folder.PathOf("bomb.png")}': it has 20,000 x 20,000 = 400,000,000 pixels.",
            answers[9].Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BadImageAndErrorsThrown_EndsTheRun()
    {
        using var folder = new TestFolder();
        Question[] questions = Questions(folder);
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        IDataView view = FromPaths(folder, RowErrors.Throw).Fit(rows).Transform(rows);
        var read = new List<string>();

        var exception = Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (Answer answer in test.ML.Data.CreateEnumerable<Answer>(view, reuseRowObject: false))
            {
                read.Add(answer.Text);
            }
        });

        Assert.StartsWith($"Image '{folder.PathOf("none.png")}': there is no such file.", exception.Message, StringComparison.Ordinal);
        Assert.IsType<ZooPruneException>(exception.InnerException);
        Assert.Single(read);
    }

    [Fact]
    public void Read_ErrorsThrownBeforeApplyOnnxModel_EndsTheRunWithTheMessageInside()
    {
        using var folder = new TestFolder();
        IDataView rows = test.ML.Data.LoadFromEnumerable(Questions(folder));
        IDataView view = new EstimatorChain<ITransformer>()
            .Append(
                test.ML.Transforms.PreprocessImages(
                    new(test.Model) { ImageColumnName = nameof(Question.ImagePath), ImageFolder = folder.Root, Errors = RowErrors.Throw }))
            .Append(test.ML.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", test.Model.Files.VisionEncoder))
            .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(64), Errors = RowErrors.Throw }))
            .Fit(rows)
            .Transform(rows);

        var exception = Assert.Throws<InvalidOperationException>(() => Numbers.Column<int>(view, "VisualTokenCount"));

        Assert.StartsWith(
            $"Image '{folder.PathOf("none.png")}': there is no such file.", exception.GetBaseException().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NotANumberOutOfApplyOnnxModel_IsReportedByThePruningStage()
    {
        int size = test.Model.ImageSize;
        var definition = SchemaDefinition.Create(typeof(AnyPixelsRow));
        definition["pixel_values"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, size, size);
        float[] pixels = new float[3 * size * size];
        pixels[7] = float.NaN;
        IDataView rows = test.ML.Data.LoadFromEnumerable<AnyPixelsRow>(
            [new() { PixelValues = new float[pixels.Length] }, new() { PixelValues = pixels }], definition);
        IDataView view = test.ML.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", test.Model.Files.VisionEncoder)
            .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(64) }))
            .Fit(rows)
            .Transform(rows);

        string[] errors = [.. Numbers.Column<ReadOnlyMemory<char>>(view, "Error").Select(error => error.ToString())];

        Assert.Empty(errors[0]);
        Assert.Equal(
            "PruneVisualTokens: column 'visual_tokens' has the value NaN in row 1, visual token 0, element 0. Expected finite "
                + "numbers; check the image and the vision encoder (half precision overflows at 65,504).",
            errors[1]);
    }

    /// <summary>A good row, six bad ones of different kinds, a good one, and one with an empty question.</summary>
    private static Question[] Questions(TestFolder folder)
    {
        Question[] real = TestModel.Questions(2);
        string png = folder.Copy(real[0].ImagePath, "whole.png");
        string jpeg = folder.Copy(real[1].ImagePath, "whole.jpg");
        return
        [
            new() { ImagePath = png, Text = real[0].Text },
            new() { ImagePath = "none.png", Text = real[0].Text },
            new() { ImagePath = folder.Write("empty.png", []), Text = real[0].Text },
            new() { ImagePath = folder.Write("text.png", "this is no image at all"u8), Text = real[0].Text },
            new() { ImagePath = folder.CopyHalf(real[1].ImagePath, "half.jpg"), Text = real[1].Text },
            new() { ImagePath = folder.CopyHalf(real[0].ImagePath, "half.png"), Text = real[0].Text },
            new() { ImagePath = "", Text = real[0].Text },
            new() { ImagePath = jpeg, Text = real[1].Text },
            new() { ImagePath = png, Text = " " },
        ];
    }

    private void Check(Answer[] answers, Question[] questions, TestFolder folder, params Action<string>[] messagesOfRows1236)
    {
        Assert.Equal(questions.Length, answers.Length);
        foreach (int good in (int[])[0, 7])
        {
            Assert.Empty(answers[good].Error);
            Assert.Equal(
                test.Model.Answer(
                    Path.Combine(folder.Root, questions[good].ImagePath),
                    questions[good].Text,
                    new PruningOptions { Keep = KeepBudget.Tokens(64) }).Text,
                answers[good].Text);
        }

        foreach ((int row, Action<string> check) in ((int[])[1, 2, 3, 6]).Zip(messagesOfRows1236))
        {
            check(answers[row].Error);
        }

        AssertCutOff("JPEG", folder.PathOf("half.jpg"), answers[4]);
        AssertCutOff("PNG", folder.PathOf("half.png"), answers[5]);
        Assert.Equal(
            "GenerateText: column 'Text' is empty in row 8. Expected text; name the column with the questions in "
                + "QuestionColumnName, and give every row a question.",
            answers[8].Error);
        Assert.All(answers.Where(answer => answer.Error.Length > 0), answer => Assert.Equal(string.Empty, answer.Text));
        Assert.Equal(questions.Length - 2, answers.Count(answer => answer.Error.Length > 0));
        Assert.All(answers[1..7], answer => Assert.Equal((0, 0), (answer.KeptIndices.Length, answer.VisualTokenCount)));
    }

    private static void AssertCutOff(string format, string path, Answer answer) => Assert.StartsWith(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Image '{path}': the {format} file stops after {new FileInfo(path).Length:N0} bytes without its "),
        answer.Error,
        StringComparison.Ordinal);

    private EstimatorChain<ITransformer> FromPaths(TestFolder folder, RowErrors errors) => new EstimatorChain<ITransformer>()
        .Append(
            test.ML.Transforms.PreprocessImages(
                new(test.Model) { ImageColumnName = nameof(Question.ImagePath), ImageFolder = folder.Root, Errors = errors }))
        .Append(test.ML.Transforms.EncodeImages(new(test.Model) { Errors = errors }))
        .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(64), Errors = errors }))
        .Append(test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = nameof(Question.Text), Errors = errors }));

    private Answer[] Read(IEstimator<ITransformer> pipeline, Question[] questions)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        return [.. test.ML.Data.CreateEnumerable<Answer>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false)];
    }

    /// <summary>A PNG file whose header promises 20,000 x 20,000 pixels.</summary>
    private static byte[] Bomb() =>
        File.ReadAllBytes(Path.Combine(TestModel.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "images", "refused", "bomb.png"));
}
