using System.Text.Json;
using Parquet.Serialization;

namespace ZooPrune.Samples.Tests;

/// <summary>Small made-up files in the formats of the hub, each read and asked.</summary>
public class BenchmarkTests
{
    private static readonly byte[] Picture = File.ReadAllBytes(TestModel.Picture);

    [Fact]
    public async Task Read_Mmmu_HasOptionsOpenAnswersAndOneImage()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("validation.parquet");
        await ParquetSerializer.SerializeAsync(
            (MmmuRow[])
            [
                new() { question = "<image 1> What is shown?", options = "['a cat', \"it's a dog\", 'a \\'cow\\'']", answer = "B", image_1 = new(Picture), subfield = "Art" },
                new() { question = "How much is it in <image 1>?", options = "[]", answer = "['12', '12.0']", image_1 = new(Picture), question_type = "open" },
                new() { question = "<image 1> and <image 2>?", options = "['x', 'y']", answer = "A", image_1 = new(Picture), image_2 = new(Picture) },
            ],
            path);

        using var set = QuestionSet.Read(path, null, null, null);

        Assert.Equal(QuestionFormat.Mmmu, set.Format);
        Assert.Equal(["1 questions about several images are left out."], set.Notes);
        Assert.Equal(
            "What is shown?\nA. a cat\nB. it's a dog\nC. a 'cow'\nAnswer with the option's letter from the given choices directly.",
            set.Questions[0].Text);
        Assert.Equal(["a cat", "it's a dog", "a 'cow'"], set.Questions[0].Options);
        Assert.Equal(("B", "Art"), (set.Questions[0].Expected, set.Questions[0].Kind));
        Assert.Equal("How much is it in ?\nAnswer the question using a single word or phrase.", set.Questions[1].Text);
        Assert.Equal(["12", "12.0"], set.Questions[1].PeopleAnswers);
        Assert.Equal(1, AnswerMeasure.Of(set.Format).Score("It is 12.", set.Questions[1]));
        Assert.Equal(Picture, File.ReadAllBytes(Path.Combine(set.Store!.Folder, set.Questions[0].Image)));
        Assert.Equal(set.Questions[0].Image, set.Questions[1].Image);
    }

    [Fact]
    public async Task Read_ScienceQa_HasContextAndLeavesOutWhatHasNoImage()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("test.parquet");
        await ParquetSerializer.SerializeAsync(
            (ScienceRow[])
            [
                new() { question = "Which?", choices = ["solid", "liquid"], answer = 1, hint = "Look.", image = new(Picture), subject = "natural science" },
                new() { question = "And this?", choices = ["yes", "no"], answer = 0, hint = "" },
            ],
            path);

        using var set = QuestionSet.Read(path, null, null, null);

        Assert.Equal(QuestionFormat.ScienceQa, set.Format);
        ReferenceQuestion question = Assert.Single(set.Questions);
        Assert.Equal("Context: Look.\nWhich?\nA. solid\nB. liquid\nAnswer with the option's letter from the given choices directly.", question.Text);
        Assert.Equal(("B", "natural science"), (question.Expected, question.Kind));
        Assert.Equal(["1 questions without an image are left out."], set.Notes);
    }

    [Fact]
    public async Task Read_MmBench_HasTheOptionsThatAreThere()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("dev.parquet");
        await ParquetSerializer.SerializeAsync(
            (MmBenchRow[])[new() { question = "Which?", hint = "nan", A = "one", B = "two", C = "nan", answer = "A", category = "ocr", image = new(Picture) }], path);

        using var set = QuestionSet.Read(path, null, null, null);

        Assert.Equal((QuestionFormat.MmBench, "ocr"), (set.Format, set.Questions[0].Kind));
        Assert.Equal(["one", "two"], set.Questions[0].Options);
    }

    [Fact]
    public async Task Read_Seed_TakesListsOfImagesAndLeavesVideosOut()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("test.parquet");
        await ParquetSerializer.SerializeAsync(
            (SeedRow[])
            [
                new() { question = "Which?", choice_a = "1", choice_b = "2", choice_c = "3", choice_d = "4", answer = "D", image = [new(Picture)], question_type_id = 7 },
                new() { question = "What happens?", choice_a = "1", choice_b = "2", choice_c = "3", choice_d = "4", answer = "A", image = [new(Picture), new(Picture)] },
            ],
            path);

        using var set = QuestionSet.Read(path, null, null, null);

        Assert.Equal((QuestionFormat.Seed, "D", "7"), (set.Format, Assert.Single(set.Questions).Expected, set.Questions[0].Kind));
    }

    [Fact]
    public async Task Read_TextVqaAndVqav2_HaveTenPeoplesAnswers()
    {
        using TestFolder folder = new();
        await ParquetSerializer.SerializeAsync(
            (TextVqaRow[])[new() { question = "What is it?", answers = [.. Enumerable.Repeat("coca cola", 10)], image = new(Picture) }], folder.PathOf("t.parquet"));
        await ParquetSerializer.SerializeAsync(
            (VqaRow[])
            [
                new()
                {
                    question = "What is it?", multiple_choice_answer = "dog", answer_type = "other", image = new(Picture),
                    answers = [.. Enumerable.Range(1, 10).Select(id => new VqaAnswerRow { answer = id < 4 ? "cat" : "dog", answer_id = id })],
                },
            ],
            folder.PathOf("v.parquet"));

        using var text = QuestionSet.Read(folder.PathOf("t.parquet"), null, null, null);
        using var vqa = QuestionSet.Read(folder.PathOf("v.parquet"), null, null, null);

        Assert.Equal((QuestionFormat.TextVqa, QuestionFormat.Vqa), (text.Format, vqa.Format));
        Assert.Equal(1, AnswerMeasure.Of(text.Format).Score("Coca Cola.", text.Questions[0]));
        Assert.Equal(0.9, AnswerMeasure.Of(vqa.Format).Score("cat", vqa.Questions[0]), 12);
        Assert.Equal("other", vqa.Questions[0].Kind);
    }

    [Fact]
    public async Task Read_Gqa_TakesItsImagesFromATableOrAFolder()
    {
        using TestFolder folder = new();
        await ParquetSerializer.SerializeAsync(
            (GqaRow[])[new() { id = "1", imageId = "n161313", question = "Is it overcast?", answer = "no", fullAnswer = "No." }], folder.PathOf("instructions.parquet"));
        await ParquetSerializer.SerializeAsync((GqaImage[])[new() { id = "n161313", image = new(Picture) }, new() { id = "n2", image = new(Picture) }], folder.PathOf("images.parquet"));

        using var both = QuestionSet.Read(folder.PathOf("instructions.parquet"), null, null, null, folder.PathOf("images.parquet"));
        using var alone = QuestionSet.Read(folder.PathOf("instructions.parquet"), null, null, null, TestModel.Folder);

        Assert.Equal((QuestionFormat.Gqa, "no"), (both.Format, both.Questions[0].Expected));
        Assert.True(File.Exists(Path.Combine(both.Store!.Folder, both.Questions[0].Image)));
        Assert.Equal(("n161313.jpg", (ImageStore?)null), (alone.Questions[0].Image, alone.Store));
    }

    [Fact]
    public async Task Run_Mme_ReportsPerceptionAndCognition()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("test.parquet");
        await ParquetSerializer.SerializeAsync(
            (YesNoRow[])
            [
                new() { question = "Is there a red circle?", answer = "Yes", category = "existence", image = new(Picture), question_id = "a" },
                new() { question = "Is there a green star?", answer = "No", category = "existence", image = new(Picture), question_id = "a" },
                new() { question = "Is there a red circle?", answer = "Yes", category = "code_reasoning", image = new(Picture), question_id = "b" },
            ],
            path);

        ProgramRun run = Evaluate(folder, path);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error.Contains("evaluation:") ? run.Error : ""));
        Assert.Contains("MME: sums over categories", run.Output);
        Assert.Contains("perception", run.Output);
    }

    [Theory]
    [InlineData("generate")]
    [InlineData("logits")]
    public async Task Run_Options_AreChosenByGenerationOrByLogits(string way)
    {
        using TestFolder folder = new();
        string path = Directory.CreateDirectory(folder.PathOf("data")).FullName;
        for (int part = 0; part < 2; part++)
        {
            await ParquetSerializer.SerializeAsync(
                (ScienceRow[])[new() { question = $"Which {part}?", choices = ["red", "blue"], answer = 0, hint = "", image = new(Picture) }],
                Path.Combine(path, $"test-0000{part}-of-00002.parquet"));
        }

        ProgramRun run = Evaluate(folder, path, "--choices", way, "--model", FamilyModel);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(folder.PathOf("out.json"))).RootElement;
        Assert.Equal(("scienceqa", 2, "official"), (json.GetProperty("format").GetString(), json.GetProperty("questions").GetInt32(), json.GetProperty("scoring").GetString()));
        Assert.All(json.GetProperty("settings").EnumerateArray(), setting =>
            Assert.InRange(setting.GetProperty("accuracy").GetDouble(), 0, 1));
        if (way == "logits")
        {
            // A letter always comes out, so that both readings agree.
            Assert.All(json.GetProperty("settings").EnumerateArray(), setting =>
                Assert.Equal(setting.GetProperty("accuracy").GetDouble(), setting.GetProperty("otherAccuracy").GetDouble()));
            Assert.DoesNotContain("sensible reading", run.Output);
        }
    }

    [Fact]
    public async Task Run_LettersWithoutTokensOfTheirOwn_SaysSo()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("test.parquet");
        await ParquetSerializer.SerializeAsync(
            (ScienceRow[])[new() { question = "Which?", choices = ["red", "blue", "green"], answer = 0, image = new(Picture) }], path);

        ProgramRun run = Evaluate(folder, path, "--choices", "logits");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("has the same token for B and C. Expected one of its own for each letter; leave --choices out.", run.Error);
    }

    /// <summary>LLaVA 626: the questions that LLaVA asks for POPE have no labels.</summary>
    [Fact]
    public void Read_PopeWithoutLabels_SaysSo()
    {
        using TestFolder folder = new();
        string path = folder.Write("llava_pope_test.jsonl", """{"question_id": 0, "image": "a.jpg", "text": "Is there a dog?", "category": "adversarial"}""");

        Assert.Contains("has no \"label\". Expected an object like", Assert.Throws<UsageException>(() => QuestionSet.Read(path, null, null, null)).Message);
    }

    [Theory]
    [InlineData("text", "the columns of")]
    [InlineData("broken", "cannot be read as Parquet")]
    public async Task Read_NoBenchmark_SaysWhatIsThere(string kind, string problem)
    {
        using TestFolder folder = new();
        string path = folder.PathOf("a.parquet");
        if (kind == "text")
        {
            await ParquetSerializer.SerializeAsync((GqaImage[])[new() { id = "1" }], path);
        }
        else
        {
            folder.Write("a.parquet", "no Parquet at all");
        }

        Assert.Contains(problem, Assert.Throws<UsageException>(() => QuestionSet.Read(path, null, null, null)).Message);
    }

    [Fact]
    public async Task Read_WrongRow_NamesItAndTheColumn()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("a.parquet");
        await ParquetSerializer.SerializeAsync((MmBenchRow[])[new() { question = "Which?", A = "one", B = "two", answer = "C", image = new(Picture) }], path);

        Assert.Equal(
            $"{Throw.Program}: 'answer' in row 1 of '{path}' is 'C'. Expected the letter of one of its 2 options; give another file, or another format with --format.",
            Assert.Throws<UsageException>(() => QuestionSet.Read(path, null, null, null)).Message);
    }

    private static string FamilyModel => Path.Combine(Repository.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "Families", "llava-interleave");

    private static ProgramRun Evaluate(TestFolder folder, string questions, params string[] more) => ProgramRun.InProcess(
        ["--questions", questions, "--methods", "uniform", "--keep", "8", "--workers", "1", "--json", folder.PathOf("out.json"), .. more]);

#pragma warning disable IDE1006, SA1300 // Columns as the hub names them.
    private sealed class Img
    {
        public Img()
        {
        }

        public Img(byte[] file) => bytes = file;

        public byte[]? bytes { get; set; }

        public string? path { get; set; }
    }

    private sealed class MmmuRow
    {
        public string? question { get; set; }

        public string? options { get; set; }

        public string? answer { get; set; }

        public string? question_type { get; set; }

        public string? subfield { get; set; }

        public Img? image_1 { get; set; }

        public Img? image_2 { get; set; }
    }

    private sealed class ScienceRow
    {
        public string? question { get; set; }

        public List<string>? choices { get; set; }

        public long answer { get; set; }

        public string? hint { get; set; }

        public string? subject { get; set; }

        public string? lecture { get; set; }

        public Img? image { get; set; }
    }

    private sealed class MmBenchRow
    {
        public string? question { get; set; }

        public string? hint { get; set; }

        public string? A { get; set; }

        public string? B { get; set; }

        public string? C { get; set; }

        public string? D { get; set; }

        public string? answer { get; set; }

        public string? category { get; set; }

        public Img? image { get; set; }
    }

    private sealed class SeedRow
    {
        public string? question { get; set; }

        public string? choice_a { get; set; }

        public string? choice_b { get; set; }

        public string? choice_c { get; set; }

        public string? choice_d { get; set; }

        public string? answer { get; set; }

        public long question_type_id { get; set; }

        public List<Img>? image { get; set; }
    }

    private sealed class TextVqaRow
    {
        public string? question { get; set; }

        public List<string>? answers { get; set; }

        public Img? image { get; set; }
    }

    private sealed class VqaAnswerRow
    {
        public string? answer { get; set; }

        public long answer_id { get; set; }
    }

    private sealed class VqaRow
    {
        public string? question { get; set; }

        public string? multiple_choice_answer { get; set; }

        public string? answer_type { get; set; }

        public List<VqaAnswerRow>? answers { get; set; }

        public Img? image { get; set; }
    }

    private sealed class GqaRow
    {
        public string? id { get; set; }

        public string? imageId { get; set; }

        public string? question { get; set; }

        public string? answer { get; set; }

        public string? fullAnswer { get; set; }
    }

    private sealed class GqaImage
    {
        public string? id { get; set; }

        public Img? image { get; set; }
    }

    private sealed class YesNoRow
    {
        public string? question_id { get; set; }

        public string? question { get; set; }

        public string? answer { get; set; }

        public string? category { get; set; }

        public Img? image { get; set; }
    }
#pragma warning restore IDE1006, SA1300
}
