using System.Text;
using ZooPrune.Onnx;

namespace ZooPrune.Samples.Tests;

public class EvaluationJournalTests
{
    private static readonly JournalHeader Header = new(new Dictionary<string, string>
    {
        ["journal"] = "EvaluatePruning 2",
        ["model"] = "SHA-256 0123",
        ["list of budgets"] = "64,32",
    });

    private static readonly Candidate Random = Candidate.All.First(candidate => candidate.Name == "random") with { Seeds = 2 };
    private static readonly Setting[] Settings = [Setting.Full, new(Random, KeepBudget.Tokens(64), PositionMode.Compact)];
    private static readonly Dictionary<string, int> Questions = new() { ["a.png"] = 2, ["b/ü.jpg"] = 1, ["c.png"] = 0 };
    private static readonly ImageAnswers[] Images = [Answers("a.png", 2), Answers("b/ü.jpg", 1), Answers("c.png", 0)];

    [Fact]
    public void Open_CutOffAtAnyByte_GoesOnToTheSameFile()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("run.journal");
        byte[] whole = WriteAll(path);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole.AsSpan(0, length));
            using (EvaluationJournal journal = Open(path))
            {
                foreach (ImageAnswers image in Images)
                {
                    if (journal.TakeAnswered(image.Image) is not { } answered)
                    {
                        journal.Add(image);
                    }
                    else
                    {
                        AssertSame(image, answered);
                    }
                }

                Assert.Equal(Images.Length, journal.Count);
            }

            Assert.Equal(whole, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void TakeAnswered_UnknownImage_IsNull()
    {
        using TestFolder folder = new();
        using EvaluationJournal journal = Open(folder.PathOf("run.journal"));

        Assert.Null(journal.TakeAnswered("a.png"));
        Assert.Equal(0, journal.Count);
    }

    [Theory]
    [InlineData("model", "SHA-256 4567", "its model is SHA-256 4567, this run's is SHA-256 0123.")]
    [InlineData("list of budgets", "64", "its list of budgets is 64, this run's is 64,32.")]
    public void Open_JournalOfAnotherRun_SaysWhatDiffersAndLeavesIt(string entry, string value, string message)
    {
        using TestFolder folder = new();
        JournalHeader other = new(new Dictionary<string, string>(Header.Entries) { [entry] = value });
        string path = folder.Write("run.journal", other.ToLine());

        UsageException error = Assert.Throws<UsageException>(() => Open(path));

        Assert.Equal(
            $"EvaluatePruning: the journal '{path}' belongs to another run: {message} Expected the same; run it as before, give another file with --resume, or delete it.",
            error.Message);
        Assert.Equal(other.ToLine(), File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("my thesis, without a final newline")]
    [InlineData("my thesis\n")]
    [InlineData("{\"model\": \"x\"}\n")]
    [InlineData("{\"journal\": \"of something else\"}\n")]
    [InlineData("[]\n")]
    public void Open_SomebodysFile_IsRefusedAndLeftAsItIs(string text)
    {
        using TestFolder folder = new();
        string path = folder.Write("thesis.txt", text);

        UsageException error = Assert.Throws<UsageException>(() => Open(path));

        Assert.StartsWith($"EvaluatePruning: '{path}' is no journal of an evaluation.", error.Message);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("{}", "line 2 of the journal")]
    [InlineData("null", "it is null")]
    [InlineData("not json", "line 2 of the journal")]
    [InlineData("""{"image":"x.png","preprocess":1,"settings":[]}""", "it does not hold one answer a question and setting")]
    [InlineData("""{"image":"c.png","preprocess":1,"settings":[{"cost":{"encode":1,"prune":1,"prefill":1,"decode":1,"tokens":1},"texts":[[]]}]}""", "it does not hold one answer")]
    [InlineData("""{"image":"c.png","preprocess":1,"settings":[null,null]}""", "it does not hold one answer")]
    public void Open_DamagedLine_SaysWhichAndWhatToDo(string line, string problem)
    {
        using TestFolder folder = new();
        string path = folder.Write("run.journal", [.. Header.ToLine(), .. Encoding.UTF8.GetBytes(line + "\n")]);

        UsageException error = Assert.Throws<UsageException>(() => Open(path));

        Assert.Contains(problem, error.Message);
        Assert.EndsWith("delete that line, and the image is asked about again.", error.Message);
    }

    [Fact]
    public void Open_ImageTwice_SaysSo()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("run.journal");
        byte[] whole = WriteAll(path);
        byte[] last = whole.AsSpan(whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1).ToArray();
        File.WriteAllBytes(path, [.. whole, .. last]);

        Assert.Contains("it is a second one about 'c.png'", Assert.Throws<UsageException>(() => Open(path)).Message);
    }

    [Fact]
    public void Open_InUse_SaysSo()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("run.journal");
        using EvaluationJournal first = Open(path);

        Assert.StartsWith($"EvaluatePruning: the journal '{path}' cannot be opened:", Assert.Throws<UsageException>(() => Open(path)).Message);
    }

    private static EvaluationJournal Open(string path) => EvaluationJournal.Open(path, Header, Settings, Questions);

    private static byte[] WriteAll(string path)
    {
        using (EvaluationJournal journal = Open(path))
        {
            foreach (ImageAnswers image in Images)
            {
                journal.Add(image);
            }
        }

        return File.ReadAllBytes(path);
    }

    private static ImageAnswers Answers(string image, int questions)
    {
        string[] texts = [.. Enumerable.Range(0, questions).Select(question => $"answer {question}\n\"ü\"")];
        return new ImageAnswers(
            image,
            0.1 + 0.2,
            [new SettingAnswers(new(1.25, 1, 2, 1 / 3.0, 576), [texts]), new SettingAnswers(new(7, 4, 5, 6, 64), [texts, texts])]);
    }

    private static void AssertSame(ImageAnswers expected, ImageAnswers actual)
    {
        Assert.Equal((expected.Image, expected.Preprocess), (actual.Image, actual.Preprocess));
        foreach ((SettingAnswers wanted, SettingAnswers got) in expected.Settings.Zip(actual.Settings))
        {
            Assert.Equal(wanted.Cost, got.Cost);
            Assert.Equal(wanted.Texts, got.Texts);
        }
    }
}
