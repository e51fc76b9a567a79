namespace ZooPrune.Samples.Tests;

public class AnswerTableTests
{
    [Fact]
    public void Create_BothAnswers_TakesTwoLines()
    {
        GivenAnswer full = new("yes", null, [], 4, 4, [0, 1, 2, 3], new StageMilliseconds(0, 1.25, 2, 3, 4000));

        string[] lines = Lines(new QuestionResult(new Question(1, "a.png", "[red]?", "yes"), full, full with { Text = "no", Kept = 1, KeptIndices = [2] }));

        Assert.Equal(["a.png", "[red]? yes yes 4 of 4 4,006.2", "no 1 of 4 4,006.2"], lines[^3..]);
    }

    [Fact]
    public void Create_SameErrorTwice_TakesOneLine()
    {
        var failed = Answers.Failed("no such file");

        Assert.Equal(["a.png", "? error: no such file - -"], Lines(new QuestionResult(new Question(1, "a.png", "?"), failed, failed))[^2..]);
    }

    [Fact]
    public void Create_EncoderNotMeasured_SaysSo()
    {
        GivenAnswer answer = new("yes", null, [], 4, 1, [0], new StageMilliseconds(0, null, 2, 3, 4));

        Assert.Equal("yes 1 of 4 -", Lines(new QuestionResult(new Question(1, "a.png", "?"), answer, answer))[^1]);
    }

    private static string SingleSpaced(string line) => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string[] Lines(QuestionResult result)
    {
        using StringWriter writer = new();
        Consoles.Over(writer, redirected: true).Write(AnswerTable.Create([result]));
        return [.. writer.ToString().Split('\n').Select(SingleSpaced).Where(line => line.Length > 0)];
    }
}
