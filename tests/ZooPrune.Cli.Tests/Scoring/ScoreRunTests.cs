using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>"score" from command line to file.</summary>
public class ScoreRunTests
{
    [Fact]
    public void Run_RowsOfAllSorts_WritesThemAllInOrder()
    {
        using ScoringFolder folder = new();
        folder.Write("broken.png", TestPng.Truncated());
        folder.Write(
            "questions.csv",
            "id,image,question\n1,0.png,what ?\n2,missing.png,what ?\n3,broken.png,what ?\n4,0.png,\n5,0.png\n6,1.png,where ?\n");

        var run = ToolRun.InProcess(folder.Arguments());

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.StartsWith($"{folder.Output}: 6 rows, 2 answered, 4 failed; ", run.Output);
        Assert.Contains("50.0 % of visual tokens saved.", run.Output);
        string[] lines = File.ReadAllLines(folder.Output);
        Assert.Equal("id,image,question,Answer,VisualTokens,KeptTokens,Note,Error", lines[0]);
        Assert.Matches("^1,0.png,what \\?,[^,]+,4,2,,$", lines[1]);
        Assert.Matches("^2,missing.png,what \\?,,,,,.*missing.png'", lines[2]);
        Assert.Matches("^3,broken.png,what \\?,,,,,.*broken.png", lines[3]);
        Assert.Equal("4,0.png,,,,,,Line 5: 'question' is empty. Expected a question; fill it in.", lines[4]);
        Assert.Equal("5,0.png,,,,,,\"Line 6: the row has 2 cells. Expected 3, as in the header; quote the cells that hold a separator.\"", lines[5]);
        Assert.Matches("^6,1.png,where \\?,[^,]+,4,2,,$", lines[6]);
        Assert.Equal(7, lines.Length);
    }

    [Theory]
    [InlineData(ExifJpeg.AsStored)]
    [InlineData(ExifJpeg.AsTurned, "--exif-orientation")]
    [InlineData("At most 100 are decoded", "--max-image-pixels", "100")]
    public void Run_ImageSwitches_DecideWhatIsSeen(string expected, params string[] switches)
    {
        using ScoringFolder folder = new();
        folder.Write("turned.jpg", ExifJpeg.Create(TestModel.Folder));
        string input = folder.Write("questions.csv", $"image,question\nturned.jpg,{ExifJpeg.Question}\n");

        ToolRun.InProcess(["score", input, "--out", folder.Output, "--model", TestModel.Folder, .. switches]);

        Assert.Contains(expected, File.ReadAllText(folder.Output));
    }

    [Theory]
    [InlineData("--workers", "3")]
    [InlineData("--commit", "0")]
    [InlineData("--resume", null)]
    public void Run_OptionsThatOnlyChangeThePace_GiveTheSameBytes(string option, string? value)
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(200);
        ToolRun.InProcess(folder.Arguments());
        byte[] expected = File.ReadAllBytes(folder.Output);
        folder.DeleteOutput();

        ToolRun.InProcess(folder.Arguments(value is null ? [option] : [option, value]));

        Assert.Equal(expected, File.ReadAllBytes(folder.Output));
    }

    [Fact]
    public void Run_HeldOutQuestions_AnswersMostOfThem()
    {
        using ScoringFolder folder = new();
        string heldOut = Path.Combine(TestModel.Folder, "heldout");
        string input = folder.Write("questions.jsonl", string.Concat(File.ReadLines(Path.Combine(heldOut, "questions.jsonl")).Take(12).Select(line => line + "\n")));
        string output = folder.PathOf("answers.jsonl");

        var run = ToolRun.InProcess("score", input, "--images", heldOut, "--out", output, "--model", TestModel.Folder);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        JsonElement[] rows = [.. File.ReadLines(output).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(12, rows.Length);
        Assert.All(rows, row => Assert.Equal((576, 64), (row.GetProperty("VisualTokens").GetInt32(), row.GetProperty("KeptTokens").GetInt32())));
        Assert.InRange(rows.Count(row => row.GetProperty("answer").GetString() == row.GetProperty("Answer").GetString()), 8, 12);
    }

    [Fact]
    public void Run_FailFast_StopsAtTheFirstErrorAndCanBeResumedWithout()
    {
        using ScoringFolder folder = new();
        string input = folder.Write(
            "questions.csv",
            "image,question\n" + string.Concat(Enumerable.Repeat("0.png,what ?\n", 20)) + "gone.png,what ?\n1.png,\n" + string.Concat(Enumerable.Repeat("1.png,where ?\n", 20)));

        var stopped = ToolRun.InProcess(folder.Arguments("--fail-fast", "--workers", "2"));

        Assert.Equal(ExitCode.Stopped, stopped.ExitCode);
        Assert.StartsWith($"zooprune score: stopped by --fail-fast at line 22 of '{input}': ", stopped.Error);
        Assert.Contains($"16 rows are safe in '{folder.Partial}'.", stopped.Error);
        Assert.False(File.Exists(folder.Output));

        var resumed = ToolRun.InProcess(folder.Arguments("--resume"));
        Assert.Equal(ExitCode.Failure, resumed.ExitCode);
        Assert.Contains($"Resumed after 16 rows, at line 18 of '{input}'.", resumed.Output);
        Assert.Equal(43, File.ReadAllLines(folder.Output).Length);
    }

    [Fact]
    public void Run_Cancelled_SaysHowToGoOn()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(50);

        var run = ToolRun.InProcess(new CancellationToken(canceled: true), folder.Arguments());

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Equal(
            $"zooprune score: stopped. 0 rows are safe in '{folder.Partial}'. Go on with the same command and --resume.\n", run.Error);
        Assert.Equal(ExitCode.Failure, ToolRun.InProcess(folder.Arguments("--resume")).ExitCode);
        Assert.Equal(50, CountRows(folder.Output));
    }

    [Fact]
    public void Run_ResumeOfACompleteOutput_DoesNothing()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(20, withBadRows: false);
        Assert.Equal(ExitCode.Success, ToolRun.InProcess(folder.Arguments()).ExitCode);
        DateTime written = File.GetLastWriteTimeUtc(folder.Output);

        var again = ToolRun.InProcess(folder.Arguments("--resume"));

        Assert.Equal(ExitCode.Success, again.ExitCode);
        Assert.Equal($"'{folder.Output}' is complete since an earlier run: 20 rows, 0 of them failed. Nothing was done.{Environment.NewLine}", again.Output);
        Assert.Equal(written, File.GetLastWriteTimeUtc(folder.Output));
    }

    [Fact]
    public void Run_ResumeWithAnotherInputOrModel_SaysWhatDiffers()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(20);
        ToolRun.InProcess(new CancellationToken(canceled: true), folder.Arguments());
        folder.WriteQuestions(20, seed: 2);

        var run = ToolRun.InProcess(folder.Arguments("--resume", "--method", "uniform"));

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"zooprune score: '{folder.Journal}' belongs to another run: --method was 'zooprune', is 'uniform'; input was '", run.Error);
    }

    [Fact]
    public void Run_ColumnsOfOtherNames_AreFound()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "prompt;x,prompt,file\n1,what ?,0.png\n");

        var run = ToolRun.InProcess(folder.Arguments("--columns", "file,prompt"));

        Assert.Equal(ExitCode.Success, run.ExitCode);
    }

    [Fact]
    public void Run_HeaderOnly_WritesAHeader()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "image,question\r\n");

        Assert.Equal(ExitCode.Success, ToolRun.InProcess(folder.Arguments()).ExitCode);
        Assert.Equal("image,question,Answer,VisualTokens,KeptTokens,Note,Error\r\n", File.ReadAllText(folder.Output));
    }

    [Fact]
    public void Run_Timings_AddsMilliseconds()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "image,question\n0.png,what ?\n");

        ToolRun.InProcess(folder.Arguments("--timings"));

        string[] lines = File.ReadAllLines(folder.Output);
        Assert.EndsWith(",PreprocessMilliseconds,EncodeMilliseconds,PruneMilliseconds,PrefillMilliseconds,DecodeMilliseconds", lines[0]);
        Assert.All(lines[1].Split(',')[^5..], cell => Assert.True(float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture) > 0));
    }

    [Theory]
    [InlineData("id,image,question,Error\n", "has a column 'Error', which the output adds. Expected another name; rename it in the input.")]
    [InlineData("", "has no first line that can be read as csv. Expected a header like image,question; add one, or name the format with --input-format.")]
    public void Run_BadHeader_EndsWithTwo(string content, string expected)
    {
        using ScoringFolder folder = new();
        string path = folder.Write("questions.csv", content);

        var run = ToolRun.InProcess(folder.Arguments());

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal($"zooprune score: the input '{path}' {expected}\n", run.Error);
        Assert.False(File.Exists(folder.Journal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_Utf16_IsReadAsUtf8WithItsMark(bool bigEndian)
    {
        const string Text = "image,question,more\r\n0.png,what ?,größer 😀\r\n";
        using ScoringFolder folder = new();
        UnicodeEncoding utf16 = new(bigEndian, byteOrderMark: true);
        folder.Write("questions.csv", [.. utf16.GetPreamble(), .. utf16.GetBytes(Text)]);
        ToolRun.InProcess(folder.Arguments());
        byte[] ofUtf16 = File.ReadAllBytes(folder.Output);
        folder.DeleteOutput();
        folder.Write("questions.csv", [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Text)]);

        Assert.Equal(ExitCode.Success, ToolRun.InProcess(folder.Arguments()).ExitCode);

        Assert.Equal(File.ReadAllBytes(folder.Output), ofUtf16);
        Assert.Contains("größer 😀", Encoding.UTF8.GetString(ofUtf16));
    }

    [Fact]
    public void Run_BrokenUtf16_EndsWithTwo()
    {
        using ScoringFolder folder = new();
        string path = folder.Write("questions.csv", [0xFF, 0xFE, (byte)'i', 0, 0x00, 0xD8, (byte)'i', 0]);

        Assert.StartsWith(
            $"zooprune score: the input '{path}' begins with the byte order mark of UTF-16 and cannot be read as such: ",
            ToolRun.InProcess(folder.Arguments()).Error);
    }

    [UnixTheory]
    [Trait("Speed", "Slow")]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGHUP)]
    public void Process_Signalled_CommitsAndSaysHowToGoOn(PosixSignal signal)
    {
        // A second of work at the least, so that the signal, which takes milliseconds, comes before the end.
        const int Rows = 3_000;
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);

        var run = ToolRun.Signalled(signal, () => File.Exists(folder.Partial) && new FileInfo(folder.Partial).Length > 1000, folder.Arguments());

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Matches($"zooprune score: stopped. [0-9,]+ rows are safe in '{folder.Partial}'. Go on with the same command and --resume.", run.Error);
        Assert.Contains("Resumed after ", ToolRun.InProcess(folder.Arguments("--resume")).Output);
        Assert.Equal(Rows, CountRows(folder.Output));
    }

    [UnixFact]
    [Trait("Speed", "Slow")]
    public void Process_NoRoomLeft_SaysSoAndCanBeResumed()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(500);
        ToolRun.InProcess(folder.Arguments());
        byte[] expected = File.ReadAllBytes(folder.Output);
        folder.DeleteOutput();

        var full = ToolRun.WithFileLimit(20, folder.Arguments("--commit", "0"));

        Assert.Equal(ExitCode.Stopped, full.ExitCode);
        Assert.Contains($"zooprune score: '{folder.Output}' cannot be written: it would become larger than its file system allows. Rows that were committed are safe", full.Error);
        Assert.Equal(ExitCode.Failure, ToolRun.InProcess(folder.Arguments("--resume")).ExitCode);
        Assert.Equal(expected, File.ReadAllBytes(folder.Output));
    }

    private static int CountRows(string path)
    {
        var layout = InputLayout.Read(path, TableFormat.Csv, wantsColumns: true);
        using DelimitedReader reader = new(path, layout, new ColumnNames("image", "question"), layout.FirstRow);
        int count = 0;
        while (reader.Read() is not null)
        {
            count++;
        }

        return count;
    }
}
