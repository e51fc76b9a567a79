using System.Diagnostics;

namespace ZooPrune.Cli.Tests;

/// <summary>Several files as one table.</summary>
public class InputTableTests
{
    [Theory]
    [InlineData("tables")]
    [InlineData("tables/**/*.csv")]
    [InlineData("tables/*.csv,tables/more/c.csv")]
    public void Run_FolderPatternOrFiles_AreOneTable(string inputs)
    {
        using ScoringFolder folder = new();
        Directory.CreateDirectory(folder.PathOf("tables/more"));
        folder.Write("tables/a.csv", "\uFEFFimage,question\r\n0.png,what ?\r\n1.png,\r\n");
        folder.Write("tables/b.csv", "image,question\n");
        folder.Write("tables/more/c.csv", "image,question\ngone.png,what ?\n2.png,where ?");
        folder.Write("tables/notes.txt", "no table");

        var run = Score(folder, inputs.Split(','), "--images", folder.PathOf("."));

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        string[] lines = File.ReadAllLines(folder.Output);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("0.png,what ?,", lines[1]);
        Assert.EndsWith("a.csv: Line 3: 'question' is empty. Expected a question; fill it in.", lines[2]);
        Assert.Contains("gone.png': there is no such file", lines[3]);
        Assert.StartsWith("2.png,where ?,", lines[4]);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public void Run_SeveralFiles_CanBeEndedAfterAnyRow(string format)
    {
        using ScoringFolder folder = new();
        string[] inputs = [.. Enumerable.Range(0, 4).Select(i => folder.PathOf($"{i}.{format}"))];
        for (int i = 0; i < inputs.Length; i++)
        {
            string rows = string.Concat(Enumerable.Range(0, 3 * i).Select(row => format == "csv"
                ? $"{row % 8}.png,what {row} ?\n"
                : $$"""{"image": "{{row % 8}}.png", "question": "what {{row}} ?"}""" + "\n"));
            File.WriteAllText(inputs[i], (format == "csv" ? "image,question\n" : "") + rows);
        }

        ScoreOptions options = ScoreCommandTests.Parse(["score", .. inputs, "--model", "m", "--out", folder.Output]);
        using var table = InputTable.Open(InputFiles.Find(options.Inputs, options.Output), options, wantsColumns: true);
        InputRow[] all = [.. Rows(table, options, table.FirstRow)];
        Assert.Equal(18, all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(all.Skip(i + 1).Select(row => (row.Line, row.Question, row.End)), Rows(table, options, all[i].End).Select(row => (row.Line, row.Question, row.End)));
        }
    }

    [Fact]
    public void Cut_AnyShard_IsFoundWithFewCheckpoints()
    {
        using ScoringFolder folder = new();
        string input = folder.Write("a.csv", "image,question\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i}.png,what {i} ?\n")));
        ScoreOptions options = ScoreCommandTests.Parse("score", input, "--model", "m", "--out", folder.Output);
        using var table = InputTable.Open(InputFiles.Find(options.Inputs, options.Output), options, wantsColumns: true);

        for (int i = 0; i < 7; i++)
        {
            RowRange range = table.Cut(new Shard(i, 7), 3, options.Columns);

            Assert.Equal(20_000, range.Total);
            Assert.Equal((range.First + 2, $"what {range.First} ?"), Rows(table, options, range.Position).Select(row => (row.Line, row.Question)).First());
        }
    }

    [UnixTheory]
    [InlineData("a.csv,b.csv", "the columns of '{0}b.csv' are 'image', 'question', 'more', those of '{0}a.csv' 'image', 'question'. Expected the same")]
    [InlineData("a.csv,c.tsv", "'{0}a.csv' and '{0}c.tsv' are of two formats. Expected files of one")]
    [InlineData("*.parquet", "there is no table in '{0}*.parquet'. Expected a folder or a pattern")]
    [InlineData("missing.csv", "the input '{0}missing.csv' does not exist. Expected")]
    [InlineData("answers.csv", "the output '{0}answers.csv' would be part of the input '{0}answers.csv'. Expected another place")]
    [InlineData("*.csv", "the output '{0}answers.csv' would be part of the input '{0}*.csv'. Expected another place")]
    [InlineData("link.csv", "the output '{0}answers.csv' would be part of the input '{0}link.csv'. Expected another place")]
    public void Run_FilesThatMakeNoTable_EndsWithTwo(string inputs, string message)
    {
        using ScoringFolder folder = new();
        folder.Write("a.csv", "image,question\n");
        folder.Write("b.csv", "image,question,more\n");
        folder.Write("c.tsv", "image\tquestion\n");
        if (!inputs.Contains('*') || inputs.Contains("parquet"))
        {
            folder.Write("answers.csv", "image,question\n");
            File.CreateSymbolicLink(folder.PathOf("link.csv"), folder.Output);
        }

        var run = Score(folder, inputs.Split(','));

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"zooprune score: {message.Replace("{0}", folder.PathOf("a")[..^1])}", run.Error);
    }

    [UnixTheory]
    [InlineData("csv", "has no first line that can be read as csv.")]
    [InlineData("jsonl", "is empty, or a pipe or a device. Expected a file of rows; write them to a file first.")]
    [InlineData("parquet", "is empty, or a pipe or a device.")]
    public void Run_Pipe_EndsWithTwoAndDoesNotWait(string format, string message)
    {
        using ScoringFolder folder = new();
        string pipe = folder.PathOf($"pipe.{format}");
        using Process make = Process.Start("mkfifo", [pipe]);
        make.WaitForExit();

        var run = Score(folder, [pipe]);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"zooprune score: the input '{pipe}' {message}", run.Error);
    }

    private static IEnumerable<InputRow> Rows(InputTable table, ScoreOptions options, InputPosition position)
    {
        using IRowReader reader = table.Read(options.Columns, [], position);
        while (reader.Read() is { } row)
        {
            yield return row;
        }
    }

    private static ToolRun Score(ScoringFolder folder, string[] inputs, params string[] more)
    {
        string[] arguments = folder.ArgumentsTo(folder.Output, more);
        return ToolRun.InProcess(["score", .. inputs.Select(folder.PathOf), .. arguments[2..]]);
    }
}
