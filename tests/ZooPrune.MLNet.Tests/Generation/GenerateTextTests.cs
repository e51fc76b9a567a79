using Microsoft.ML;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

[Collection(ModelCollectionDefinition.Name)]
public class GenerateTextTests(TestModel test)
{
    [Fact]
    public void Read_KeptTokensAndQuestion_IsWhatTheModelGenerates()
    {
        (PromptRow prompt, TokenSelection selection) = Prompt();

        GeneratedRow row = Assert.Single(Read(new(test.Model), prompt));

        VisionAnswer expected =
            test.Model.Generate(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, prompt.Question);
        Assert.Equal(expected.Text, row.Answer);
        Assert.NotEmpty(row.Answer);
        Assert.Empty(row.Error);
        Assert.True(row.PrefillMilliseconds > 0);
        Assert.True(row.DecodeMilliseconds >= 0);
    }

    [Fact]
    public void Read_NotesOfThisStageAndEarlierOnes_AreJoined()
    {
        (PromptRow plain, TokenSelection selection) = Prompt();
        (PromptRow noted, _) = Prompt();
        noted.Note = "keep 700 of 576: all tokens kept";
        noted.Question = plain.Question = "Is there a zeppelin?";

        GeneratedRow[] rows = Read(new(test.Model), plain, noted);

        string note =
            test.Model.Generate(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, plain.Question).Note!;
        Assert.Contains("zeppelin", note, StringComparison.Ordinal);
        Assert.Equal([note, "keep 700 of 576: all tokens kept; " + note], rows.Select(row => row.Note));
    }

    [Fact]
    public void Read_BadRows_AnswerWithTheErrorAndTheRunGoesOn()
    {
        (PromptRow good, _) = Prompt();
        (PromptRow silent, _) = Prompt();
        silent.Question = "  ";
        (PromptRow shortened, _) = Prompt();
        shortened.KeptTokens = shortened.KeptTokens[..^1];
        (PromptRow unordered, _) = Prompt();
        (unordered.KeptIndices[2], unordered.KeptIndices[3]) = (unordered.KeptIndices[3], unordered.KeptIndices[2]);
        int later = unordered.KeptIndices[3];
        (PromptRow beyond, _) = Prompt();
        beyond.KeptIndices[^1] = 576;
        (PromptRow miscounted, _) = Prompt();
        miscounted.VisualTokenCount = 575;
        PromptRow nothing = new() { Question = good.Question, VisualTokenCount = 576 };

        GeneratedRow[] rows = Read(new(test.Model), silent, shortened, unordered, beyond, nothing, miscounted, good);

        Assert.Equal(
            [
                "GenerateText: column 'Question' is empty in row 0. Expected text; name the column with the questions in "
                    + "QuestionColumnName, and give every row a question.",
                "GenerateText: column 'KeptTokens' has 2,047 values and column 'KeptIndices' has 16 in row 1. Expected K x 128 "
                    + "values and K indices, K >= 1; take both from the same PruneVisualTokens stage.",
                $"GenerateText: column 'KeptIndices' has {later} at position 3 in row 2. Expected ascending indices from 0 to "
                    + "below the 576 visual tokens; take indices and count from the same PruneVisualTokens stage.",
                "GenerateText: column 'KeptIndices' has 576 at position 15 in row 3. Expected ascending indices from 0 to below "
                    + "the 576 visual tokens; take indices and count from the same PruneVisualTokens stage.",
                "GenerateText: column 'KeptTokens' has 0 values and column 'KeptIndices' has 0 in row 4. Expected K x 128 values "
                    + "and K indices, K >= 1; take both from the same PruneVisualTokens stage.",
                "GenerateText: column 'VisualTokenCount' has 575 in row 5. Expected 576, the visual tokens of the row's image "
                    + "before pruning; put PruneVisualTokens with the same model before this stage.",
                "",
            ],
            rows.Select(row => row.Error));
        Assert.All(rows[..6], row => Assert.Equal(string.Empty, row.Answer));
        Assert.All(rows[..6], row => Assert.Equal((0f, 0f, string.Empty), (row.PrefillMilliseconds, row.DecodeMilliseconds, row.Note)));
        Assert.NotEmpty(rows[6].Answer);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0)]
    public void Read_PromptsOfManyLengthsAndABadOne_GivesEachWhatTheModelGenerates(int batchSize)
    {
        string[] questions = [
            "Is it red?",
            "Which shape does the yellow object have?",
            "Is there a circle in the image?",
            "How many circles do you see?",
            " ",
            "Is it blue?"];
        TokenSelection selection = Prompt().Selection;
        PromptRow[] prompts = [.. questions.Select(question =>
        {
            PromptRow prompt = Prompt().Row;
            prompt.Question = question;
            return prompt;
        })];

        GeneratedRow[] rows = Read(new(test.Model) { BatchSize = batchSize }, prompts);

        Assert.Equal("GenerateText: column 'Question' is empty in row 4.", rows[4].Error[..50]);
        foreach (int row in (int[])[0, 1, 2, 3, 5])
        {
            string expected =
                test.Model.Generate(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, questions[row]).Text;
            Assert.Equal((expected, string.Empty), (rows[row].Answer, rows[row].Error));
        }
    }

    [Fact]
    public void Read_Template_GoesAroundTheQuestion()
    {
        (PromptRow prompt, TokenSelection selection) = Prompt();
        prompt.Question = "color";

        GeneratedRow row = Assert.Single(Read(new(test.Model) { QuestionTemplate = "What {question} is the circle?" }, prompt));

        Assert.Equal(
            test.Model.Generate(
                selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, "What color is the circle?").Text,
            row.Answer);
    }

    [Theory]
    [InlineData("ask", 0)]
    [InlineData("{question} {question}", 2)]
    public void Create_TemplateWithoutOneQuestion_Throws(string template, int count)
    {
        var exception = Assert.Throws<ArgumentException>(
            "QuestionTemplate", () => test.ML.Transforms.GenerateText(new(test.Model) { QuestionTemplate = template }));

        Assert.Equal(
            $"GenerateText: QuestionTemplate is '{template}', in which {{question}} is there {count} times. Expected it once; "
                + "write it where the row's question goes. (Parameter 'QuestionTemplate')",
            exception.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Create_MaxNewTokensBelowOne_Throws(int value)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            "MaxNewTokens", () => test.ML.Transforms.GenerateText(new(test.Model) { MaxNewTokens = value }));

        Assert.Equal(
            $"GenerateText: MaxNewTokens is {value}. Expected 1 or more; leave the option out for its default. (Parameter 'MaxNewTokens')",
            exception.Message);
    }

    [Fact]
    public void Read_MaxNewTokens_IsKept()
    {
        (PromptRow prompt, TokenSelection selection) = Prompt();

        GeneratedRow row = Assert.Single(Read(new(test.Model) { MaxNewTokens = 1 }, prompt));

        VisionAnswer expected =
            test.Model.Generate(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, prompt.Question, 1);
        Assert.Equal(expected.Text, row.Answer);
        Assert.InRange(expected.TokenIds.Count, 0, 1);
    }

    [Fact]
    public void Fit_MissingOrUnfitColumns_Throw()
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<PromptRow>());

        string missing = Assert.Throws<ArgumentOutOfRangeException>(
            "inputSchema", () => test.ML.Transforms.GenerateText(new(test.Model) { QuestionColumnName = "Text" }).Fit(view)).Message;
        string unfit = Assert.Throws<ArgumentOutOfRangeException>(
            "inputSchema",
            () => test.ML.Transforms.GenerateText(new(test.Model) { KeptIndicesColumnName = "KeptTokens" }).Fit(view)).Message;
        string scalar = Assert.Throws<ArgumentOutOfRangeException>(
            "inputSchema",
            () => test.ML.Transforms.GenerateText(new(test.Model) { VisualTokenCountColumnName = "Question" }).Fit(view)).Message;

        Assert.Equal(
            "GenerateText: there is no column 'Text' in the input, whose columns are 'KeptTokens', 'KeptIndices', "
                + "'VisualTokenCount', 'Question', 'Note'. Expected text; name the column with the questions in QuestionColumnName, and "
                + "give every row a question. (Parameter 'inputSchema')",
            missing);
        Assert.Equal(
            "GenerateText: column 'KeptTokens' is of type Vector<Single>. Expected a vector of K Int32; put PruneVisualTokens "
                + "with the same model before this stage. (Parameter 'inputSchema')",
            unfit);
        Assert.Equal(
            "GenerateText: column 'Question' is of type String. Expected Int32; put PruneVisualTokens with the same model before "
                + "this stage. (Parameter 'inputSchema')",
            scalar);
    }

    [Fact]
    public void Schema_OfTheStage_HasTheDocumentedColumns()
    {
        IDataView view = test.ML.Data.LoadFromEnumerable(Array.Empty<PromptRow>());

        DataViewSchema schema = test.ML.Transforms.GenerateText(new(test.Model)).Fit(view).Transform(view).Schema;

        Assert.Equal(
            ["Error:String", "Answer:String", "Note:String", "PrefillMilliseconds:Single", "DecodeMilliseconds:Single"],
            Shapes.Lines(schema).Skip(5));
    }

    /// <summary>A question about a held-out image with 16 of its tokens.</summary>
    private (PromptRow Row, TokenSelection Selection) Prompt()
    {
        Question question = TestModel.Questions(1)[0];
        float[] tokens = test.Model.EncodeToArray(test.Model.Prepare(Path.Combine(TestModel.Images, question.ImagePath)));
        TokenSelection selection = test.Model.Prune(tokens, new PruningOptions { Keep = KeepBudget.Tokens(16) });
        var row = new PromptRow
        {
            KeptTokens = selection.KeptTokens.ToArray(),
            KeptIndices = selection.KeptIndices.ToArray(),
            VisualTokenCount = selection.TokenCount,
            Question = question.Text,
        };
        return (row, selection);
    }

    private GeneratedRow[] Read(GenerateTextOptions options, params PromptRow[] prompts)
    {
        IDataView rows = test.ML.Data.LoadFromEnumerable(prompts);
        return [.. test.ML.Data.CreateEnumerable<GeneratedRow>(
            test.ML.Transforms.GenerateText(options).Fit(rows).Transform(rows), reuseRowObject: false)];
    }
}
