namespace ZooPrune.Samples.Tests;

public class QuestionFileTests
{
    [Fact]
    public void Read_AllProperties_GivesThemInOrderOfTheFile()
    {
        using TestFolder folder = new();
        string path = folder.Write("q.jsonl", """
            {"image": "a.png", "question": "Is there a red circle?", "answer": "yes", "kind": "existence"}

            {"image": "b/ü.jpg", "question": "Größe?", "extra": [1, 2], "kind": null}
            """);

        Assert.Equal(
            [new Question(1, "a.png", "Is there a red circle?", "yes", "existence"), new Question(3, "b/ü.jpg", "Größe?")],
            QuestionFile.Read(path));
    }

    [Fact]
    public void Read_Limit_StopsThere()
    {
        using TestFolder folder = new();
        string path = folder.WriteQuestions(("a.png", "1"), ("a.png", "2"), ("a.png", "3"));

        Assert.Equal(["1", "2"], QuestionFile.Read(path, limit: 2).Select(question => question.Text));
    }

    [Fact]
    public void Read_EmptyQuestion_IsLeftToTheModel()
    {
        using TestFolder folder = new();
        string path = folder.WriteQuestions(("a.png", ""));

        Assert.Equal("", QuestionFile.Read(path)[0].Text);
    }

    [Theory]
    [InlineData("", "the questions file 'PATH' holds no question. Expected at least one line like")]
    [InlineData(" \n\n", "the questions file 'PATH' holds no question. Expected at least one line like")]
    [InlineData("{\"image\"", "line 1 of 'PATH' is not JSON (")]
    [InlineData("\n[1]", "line 2 of 'PATH' is a JSON array. Expected an object like")]
    [InlineData("{\"question\": \"x\"}", "line 1 of 'PATH' has no \"image\". Expected an object like")]
    [InlineData("{\"image\": \" \", \"question\": \"x\"}", "line 1 of 'PATH' has no \"image\". Expected an object like")]
    [InlineData("{\"image\": \"x\"}", "line 1 of 'PATH' has no \"question\". Expected an object like")]
    [InlineData("{\"image\": \"x\", \"question\": true}", "\"question\" in line 1 of 'PATH' is a JSON boolean. Expected a text, as in")]
    [InlineData("{\"image\": \"\\ud800\", \"question\": \"x\"}", "line 1 of 'PATH' is not JSON (")]
    [InlineData("{\"image\": 7, \"question\": \"x\"}", "\"image\" in line 1 of 'PATH' is a JSON number. Expected a text, as in")]
    public void Read_BadFile_SaysWhereAndWhatIsExpected(string text, string message)
    {
        using TestFolder folder = new();
        string path = folder.Write("q.jsonl", text);

        UsageException error = Assert.Throws<UsageException>(() => QuestionFile.Read(path));
        Assert.StartsWith("AskAboutImages: " + message.Replace("PATH", path), error.Message);
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        UsageException error = Assert.Throws<UsageException>(() => QuestionFile.Read("nowhere/q.jsonl"));
        Assert.Equal(
            "AskAboutImages: the questions file 'nowhere/q.jsonl' does not exist. Expected a text file with one JSON object a line; "
                + "give another with --questions.",
            error.Message);
    }
}

public class ExactMatchTests
{
    [Theory]
    [InlineData("yes", "yes", true)]
    [InlineData("Yes.", " yes", true)]
    [InlineData("top  left", "Top Left", true)]
    [InlineData("two", "2", false)]
    [InlineData("yes it is", "yes", false)]
    [InlineData("", "no", false)]
    public void Holds_Answer_ComparesWords(string answer, string expected, bool holds) =>
        Assert.Equal(holds, ExactMatch.Holds(answer, expected));
}
