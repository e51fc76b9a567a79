using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

[Collection(ModelCollectionDefinition.Name)]
public class AnswerQuestionsTests(TestModel test)
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(3, 64)]
    [InlineData(0, 64)]
    [InlineData(4, 576)]
    public void Read_Paths_AnswersLikeTheModelWhateverTheBatchSize(int batchSize, int keep)
    {
        Question[] questions = SeveralPerImage(3, 4);

        Answer[] answers = Read(Options(keep) with { BatchSize = batchSize }, questions);

        VisionAnswer[] expected = Expected(questions, keep);
        Assert.Equal(expected.Select(answer => answer.Text), answers.Select(answer => answer.Text));
        Assert.Equal(expected.Select(answer => answer.KeptIndices.ToArray()), answers.Select(answer => answer.KeptIndices));
        Assert.All(answers, answer => Assert.Equal((string.Empty, 576), (answer.Error, answer.VisualTokenCount)));
    }

    /// <summary>The way that images take on a device, played on the CPU.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(576)]
    public void Read_PrunesOnDevice_AnswersAlikeAndTimesEachStep(int keep)
    {
        using var model = VisionLanguageModel.Load(TestModel.Folder, new VisionLanguageModelOptions { PrunesByGraph = true });
        Question[] questions = [.. SeveralPerImage(3, 2), new Question { ImagePath = "nowhere.png", Text = "what ?" }];

        var options = new AnswerQuestionsOptions(model)
        {
            Keep = KeepBudget.Tokens(keep),
            ImageColumnName = nameof(Question.ImagePath),
            ImageFolder = TestModel.Images,
            QuestionColumnName = nameof(Question.Text),
            Errors = RowErrors.Report,
        };

        Answer[] answers = Read(options, questions);

        VisionAnswer[] expected = Expected(questions[..^1], keep);
        Assert.Equal(expected.Select(answer => answer.Text), answers[..^1].Select(answer => answer.Text));
        Assert.Equal(expected.Select(answer => answer.KeptIndices.ToArray()), answers[..^1].Select(answer => answer.KeptIndices));
        Assert.All([answers[0], answers[2]], first => Assert.True(first.PruneMilliseconds > 0));
        Assert.Contains("nowhere.png", answers[^1].Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SelectionMethod.FasterVlm)]
    [InlineData(SelectionMethod.VisionZip)]
    [InlineData(SelectionMethod.ToMe)]
    public void Read_SelectionsBeyondTokens_AnswerLikeTheModel(SelectionMethod selection)
    {
        Question[] questions = SeveralPerImage(2, 1);

        Answer[] answers = Read(Options(64) with { Selection = selection }, questions);

        PruningOptions pruning = new() { Keep = KeepBudget.Tokens(64), Selection = selection };
        VisionAnswer[] expected =
        [
            .. questions.Select(question => test.Model.Answer(Path.Combine(TestModel.Images, question.ImagePath), question.Text, pruning)),
        ];
        Assert.All(answers, answer => Assert.Equal(string.Empty, answer.Error));
        Assert.Equal(expected.Select(answer => answer.Text), answers.Select(answer => answer.Text));
        Assert.Equal(expected.Select(answer => answer.KeptIndices.ToArray()), answers.Select(answer => answer.KeptIndices));
    }

    [Fact]
    public void Read_RowsThatShareAnImage_DoItsWorkOnce()
    {
        Answer[] answers = Read(Options(64), SeveralPerImage(2, 4));

        Assert.All([answers[0], answers[4]], first => Assert.True(first is { PreprocessMilliseconds: > 0, PruneMilliseconds: > 0 }));
        Assert.All(
            (int[])[1, 2, 3, 5, 6, 7],
            row => Assert.Equal((0f, 0f), (answers[row].PreprocessMilliseconds, answers[row].PruneMilliseconds)));
        Assert.All(answers, answer => Assert.True(answer.PrefillMilliseconds > 0));
    }

    /// <summary>dotnet/machinelearning 5889: pictures in base64 had to be written to disk first.</summary>
    [Fact]
    public void Read_DataUrisInPlaceOfPaths_AnswerLikeTheFiles()
    {
        Question[] questions = TestModel.Questions(2);
        Question[] inside = [.. questions.Select(question => new Question
        {
            ImagePath = "data:image/png;base64," + Convert.ToBase64String(File.ReadAllBytes(Path.Combine(TestModel.Images, question.ImagePath))),
            Text = question.Text,
        })];
        Question address = new() { ImagePath = "https://example.com/a.png", Text = questions[0].Text };

        Answer[] answers = Read(Options(64), [.. inside, address]);

        Assert.Equal(Read(Options(64), questions).Select(answer => answer.Text), answers[..2].Select(answer => answer.Text));
        Assert.Contains("it is an address of the network", answers[2].Error);
    }

    [Fact]
    public void Read_ImagesAndBytes_AnswerLikeTheFourStages()
    {
        Question[] questions = SeveralPerImage(2, 3);
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        EstimatorChain<ImageLoadingTransformer> images = new EstimatorChain<ImageLoadingTransformer>()
            .Append(test.ML.Transforms.LoadImages("Image", TestModel.Images, nameof(Question.ImagePath)));
        IDataView four = images
            .Append(test.ML.Transforms.PreprocessImages(new(test.Model)))
            .Append(test.ML.Transforms.EncodeImages(new(test.Model)))
            .Append(test.ML.Transforms.PruneVisualTokens(new(test.Model) { Keep = KeepBudget.Tokens(64) }))
            .Append(test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = nameof(Question.Text) }))
            .Fit(rows).Transform(rows);
        IDataView one = images
            .Append(
                test.ML.Transforms.AnswerQuestions(
                    new(test.Model) { Keep = KeepBudget.Tokens(64), QuestionColumnName = nameof(Question.Text) }))
            .Fit(rows).Transform(rows);
        IDataView files = test.ML.Data.LoadFromEnumerable(questions.Select(question => new ImageBytesRow
        {
            Image = File.ReadAllBytes(Path.Combine(TestModel.Images, question.ImagePath)),
            Text = question.Text,
        }));
        IDataView fromBytes = test.ML.Transforms
            .AnswerQuestions(new(test.Model) { Keep = KeepBudget.Tokens(64), QuestionColumnName = "Text" })
            .Fit(files)
            .Transform(files);

        Answer[] expected = [.. test.ML.Data.CreateEnumerable<Answer>(four, reuseRowObject: false)];
        Answer[] got = [.. test.ML.Data.CreateEnumerable<Answer>(one, reuseRowObject: false)];

        Assert.Equal(expected.Select(answer => answer.Text), got.Select(answer => answer.Text));
        Assert.Equal(expected.Select(answer => answer.KeptIndices), got.Select(answer => answer.KeptIndices));
        Assert.Equal(6, got.Count(answer => answer.Error.Length == 0));
        Assert.Equal(
            Expected(questions, 64).Select(answer => answer.Text),
            test.ML.Data.CreateEnumerable<Answer>(fromBytes, reuseRowObject: false).Select(answer => answer.Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Read_BadRowsAmongGoodOnes_SayWhyAndLeaveTheOthersAlone(int batchSize)
    {
        using var folder = new TestFolder();
        Question real = TestModel.Questions(1)[0];
        string whole = folder.Copy(real.ImagePath, "whole.png");
        string half = folder.CopyHalf(real.ImagePath, "half.png");
        string longQuestion = string.Join(' ', Enumerable.Repeat("red", 2_000));
        Question[] questions =
        [
            new() { ImagePath = whole, Text = real.Text },
            new() { ImagePath = half, Text = real.Text },
            new() { ImagePath = half, Text = real.Text },
            new() { ImagePath = whole, Text = real.Text },
            new() { ImagePath = whole, Text = longQuestion },
            new() { ImagePath = whole, Text = " " },
            new() { ImagePath = "", Text = real.Text },
            new() { ImagePath = "none.png", Text = real.Text },
            new() { ImagePath = whole, Text = real.Text },
        ];

        Answer[] answers = Read(Options(64) with { BatchSize = batchSize, ImageFolder = folder.Root }, questions);

        string expected = Expected([real], 64)[0].Text;
        Assert.All((int[])[0, 3, 8], row => Assert.Equal((expected, string.Empty), (answers[row].Text, answers[row].Error)));
        Assert.All(
            (int[])[1, 2],
            row => Assert.StartsWith(
                $"Image '{folder.PathOf("half.png")}': the PNG file stops after", answers[row].Error, StringComparison.Ordinal));
        Assert.StartsWith("Prompt: with the image it takes 2,", answers[4].Error, StringComparison.Ordinal);
        Assert.Equal(
            "AnswerQuestions: column 'Text' is empty in row 5. Expected text; name the column with the questions in "
                + "QuestionColumnName, and give every row a question.",
            answers[5].Error);
        Assert.Equal(
            "AnswerQuestions: column 'ImagePath' is empty in row 6. Expected an image, the path of one, or the bytes of an image "
                + "file; check that the file is there and is a whole PNG, JPEG, WebP, GIF or BMP image.",
            answers[6].Error);
        Assert.StartsWith($"Image '{folder.PathOf("none.png")}': there is no such file.", answers[7].Error, StringComparison.Ordinal);
        Assert.All(answers.Where(answer => answer.Error.Length > 0), answer => Assert.Equal(string.Empty, answer.Text));
        Assert.All(
            answers.Where(answer => answer.Error.Length > 0),
            answer => Assert.Equal((0, 0), (answer.KeptIndices.Length, answer.VisualTokenCount)));
    }

    [Fact]
    public void Read_ErrorsThrown_ThrowsAtTheBadRow()
    {
        Question good = TestModel.Questions(1)[0];
        Question[] questions = [good, good, new() { ImagePath = "none.png", Text = good.Text }, good];
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        IDataView view = test.ML.Transforms.AnswerQuestions(Options(64) with { Errors = RowErrors.Throw }).Fit(rows).Transform(rows);
        var read = new List<string>();

        var exception = Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (Answer answer in test.ML.Data.CreateEnumerable<Answer>(view, reuseRowObject: false))
            {
                read.Add(answer.Text);
            }
        });

        Assert.IsType<ZooPruneException>(exception.InnerException);
        Assert.Equal(2, read.Count);
    }

    [Fact]
    public void Predict_FileReplacedBetweenQuestions_IsReadAnew()
    {
        using var folder = new TestFolder();
        Question[] real = TestModel.Questions(3);
        folder.Copy(real[0].ImagePath, "now.png");
        ITransformer transformer = test.ML.Transforms.AnswerQuestions(Options(64) with { ImageFolder = folder.Root })
            .Fit(test.ML.Data.LoadFromEnumerable(Array.Empty<Question>()));
        using PredictionEngine<Question, Answer> engine = test.ML.Model.CreatePredictionEngine<Question, Answer>(transformer);
        var question = new Question { ImagePath = "now.png", Text = real[0].Text };

        int[] before = engine.Predict(question).KeptIndices;
        float again = engine.Predict(question).PreprocessMilliseconds;
        folder.Copy(real[2].ImagePath, "now.png");
        int[] after = engine.Predict(question).KeptIndices;

        Assert.Equal(0, again);
        Assert.Equal(Expected([real[0]], 64)[0].KeptIndices, before);
        Assert.Equal(Expected([real[2]], 64)[0].KeptIndices, after);
    }

    [Fact]
    public void Read_TemplateAndSampling_AreUsedAndDoNotDependOnTheBatch()
    {
        Question[] questions = SeveralPerImage(2, 3);
        AnswerQuestionsOptions options = Options(64) with
        {
            QuestionTemplate = "{question} zeppelin",
            Generation = new GenerationOptions { Temperature = 3, Seed = 5 },
            MaxNewTokens = 6,
        };

        Answer[] alone = Read(options with { BatchSize = 1 }, questions);
        Answer[] together = Read(options with { BatchSize = 6 }, questions);

        Assert.All(together, answer => Assert.Contains("'zeppelin'", answer.Note, StringComparison.Ordinal));
        Assert.Equal(alone.Select(answer => answer.Text), together.Select(answer => answer.Text));
        Assert.NotEqual(
            alone.Select(answer => answer.Text),
            Read(options with { Generation = new GenerationOptions() }, questions).Select(answer => answer.Text));
    }

    [Fact]
    public void Schema_OfTheStage_HasTheDocumentedColumns()
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<Question>());
        IEstimator<ITransformer> stage = test.ML.Transforms.AnswerQuestions(Options(64));

        DataViewSchema schema = stage.Fit(view).Transform(view).Schema;

        Assert.Equal(
            [
                "ImagePath:String", "Text:String", "Error:String", "Answer:String", "KeptIndices:Vector<Int32>",
                "VisualTokenCount:Int32", "Note:String",
                "PreprocessMilliseconds:Single", "EncodeMilliseconds:Single", "PruneMilliseconds:Single",
                "PrefillMilliseconds:Single", "DecodeMilliseconds:Single",
            ],
            Shapes.Lines(schema));
        Assert.Equal(Shapes.Lines(Shapes.Of(stage.Fit(view).Transform(view))), Shapes.Lines(stage.GetOutputSchema(Shapes.Of(view))));
    }

    [Fact]
    public void Create_OptionsThatCannotBe_AreRefusedWithTheirNames()
    {
        void Refused<TException>(string option, AnswerQuestionsOptions options, string message)
            where TException : ArgumentException
        {
            TException exception = Assert.Throws<TException>(option, () => test.ML.Transforms.AnswerQuestions(options));
            Assert.Equal($"{message} (Parameter '{option}')", exception.Message);
        }

        Refused<ArgumentOutOfRangeException>(
            "BatchSize",
            Options(64) with { BatchSize = -1 },
            "AnswerQuestions: BatchSize is -1. Expected the number of rows to compute at once, or 0; leave the option out to have "
                + "it chosen by memory and processors.");
        Refused<ArgumentException>(
            "QuestionTemplate",
            Options(64) with { QuestionTemplate = "Answer!" },
            "AnswerQuestions: QuestionTemplate is 'Answer!', in which {question} is there 0 times. Expected it once; write it "
                + "where the row's question goes.");
        Refused<ArgumentOutOfRangeException>(
            "MaxNewTokens",
            Options(64) with { MaxNewTokens = 0 },
            "AnswerQuestions: MaxNewTokens is 0. Expected 1 or more; leave the option out for its default.");
        Refused<ArgumentOutOfRangeException>(
            "TopP",
            Options(64) with { Generation = new GenerationOptions { TopP = 2 } },
            "GenerationOptions.TopP: it is 2. It must be above 0 and at most 1; leave it out for the default.");
        Refused<ArgumentException>(
            "ImageFolder",
            Options(64) with { ImageFolder = "no-such-folder" },
            "AnswerQuestions: ImageFolder is 'no-such-folder', which is no folder. Expected a folder with the images; check the "
                + "path, or leave the option out for the current directory.");
        Refused<ArgumentException>(
            "NoteColumnName",
            Options(64) with { NoteColumnName = "Answer" },
            "AnswerQuestions: NoteColumnName is 'Answer', which is the name of another column that this stage adds. Expected a "
                + "name for each; rename one of them.");
        Assert.ThrowsAny<ArgumentException>(() => test.ML.Transforms.AnswerQuestions(Options(64) with { Directions = 0 }));
    }

    [Fact]
    public void Read_ModelDisposedBefore_Throws()
    {
        VisionLanguageModel model = VisionLanguageModel.Load(TestModel.Folder);
        IDataView rows = test.ML.Data.LoadFromEnumerable(TestModel.Questions(1));
        IDataView view = test.ML.Transforms.AnswerQuestions(new(model)
        {
            Keep = KeepBudget.Tokens(64),
            ImageColumnName = "ImagePath",
            ImageFolder = TestModel.Images,
            QuestionColumnName = "Text",
        }).Fit(rows).Transform(rows);

        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Numbers.Column<ReadOnlyMemory<char>>(view, "Answer"));
    }

    private AnswerQuestionsOptions Options(int keep) => new(test.Model)
    {
        Keep = KeepBudget.Tokens(keep),
        ImageColumnName = nameof(Question.ImagePath),
        ImageFolder = TestModel.Images,
        QuestionColumnName = nameof(Question.Text),
    };

    private Answer[] Read(AnswerQuestionsOptions options, Question[] questions)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(questions);
        return [.. test.ML.Data.CreateEnumerable<Answer>(
            test.ML.Transforms.AnswerQuestions(options).Fit(rows).Transform(rows), reuseRowObject: false)];
    }

    private VisionAnswer[] Expected(Question[] questions, int keep) =>
        [.. questions.Select(question => test.Model.Answer(
            Path.Combine(TestModel.Images, question.ImagePath),
            question.Text,
            keep == 576 ? null : new PruningOptions { Keep = KeepBudget.Tokens(keep) }))];

    /// <summary>Held-out questions, the same number about each of the first images.</summary>
    internal static Question[] SeveralPerImage(int images, int perImage) =>
        [.. File.ReadLines(Path.Combine(TestModel.Images, "questions.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => new Question
            {
                ImagePath = line.GetProperty("image").GetString()!,
                Text = line.GetProperty("question").GetString()!,
            })
            .GroupBy(question => question.ImagePath)
            .Take(images)
            .SelectMany(group => group.Take(perImage))];

    private sealed class ImageBytesRow
    {
        public byte[] Image { get; set; } = [];

        public string Text { get; set; } = string.Empty;
    }
}
