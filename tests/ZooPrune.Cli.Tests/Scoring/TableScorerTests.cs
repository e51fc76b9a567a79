using ZooPrune.Samples;

namespace ZooPrune.Cli.Tests;

/// <summary>samples/BatchScoring: what "score" does, in one ML.NET pipeline.</summary>
public class TableScorerTests
{
    [Fact]
    public void Score_GoodAndBadRows_WritesThemInOrder()
    {
        using ScoringFolder folder = new();
        string questions = folder.Write("questions.csv", "image,question\n0.png,what ?\nmissing.png,what ?\n1.png,\"where, what\"\n");
        string answers = folder.PathOf("answers.tsv");

        TableScorer.Score(TestPaths.TinyModel, questions, answers, KeepBudget.Tokens(2));

        string[][] rows = [.. File.ReadLines(answers).Select(line => line.Split('\t'))];
        Assert.Equal(["Image", "Question", "Answer", "VisualTokenCount", "KeptTokenCount", "Error"], rows[0]);
        Assert.Equal(["0.png", "missing.png", "1.png"], rows.Skip(1).Select(row => row[0]));
        Assert.Equal(["4", "2"], rows[1][3..5]);
        Assert.Contains("there is no such file", rows[2][5]);
    }
}
