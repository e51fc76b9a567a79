using System.Text.Json;

namespace ZooPrune.Samples.Tests;

/// <summary>The program from command line to file.</summary>
public class BatchProgramTests
{
    [Fact]
    public void Run_RowsOfAllSorts_WritesThemAllInOrder()
    {
        using ScoringFolder folder = new();
        folder.Write("broken.png", TestPng.Truncated());
        folder.Write(
            "questions.csv",
            "id,image,question\n1,0.png,what ?\n2,missing.png,what ?\n3,broken.png,what ?\n4,0.png,\n5,0.png\n6,1.png,where ?\n");

        var run = ProgramRun.InProcess(folder.Arguments());

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
        folder.Write("turned.jpg", ExifJpeg.Create(TestPaths.ShapesModel));
        string input = folder.Write("questions.csv", $"image,question\nturned.jpg,{ExifJpeg.Question}\n");

        ProgramRun.InProcess(["--input", input, "--output", folder.Output, "--model", TestPaths.ShapesModel, .. switches]);

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
        ProgramRun.InProcess(folder.Arguments());
        byte[] expected = File.ReadAllBytes(folder.Output);
        File.Delete(folder.Output);
        File.Delete(folder.Journal);

        ProgramRun.InProcess(folder.Arguments(value is null ? [option] : [option, value]));

        Assert.Equal(expected, File.ReadAllBytes(folder.Output));
    }

    [Fact]
    public void Run_HeldOutQuestions_AnswersMostOfThem()
    {
        using ScoringFolder folder = new();
        string heldOut = Path.Combine(TestPaths.ShapesModel, "heldout");
        string input = folder.Write("questions.jsonl", string.Concat(File.ReadLines(Path.Combine(heldOut, "questions.jsonl")).Take(12).Select(line => line + "\n")));
        string output = folder.PathOf("answers.jsonl");

        var run = ProgramRun.InProcess("--input", input, "--images", heldOut, "--output", output, "--model", TestPaths.ShapesModel);

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

        var stopped = ProgramRun.InProcess(folder.Arguments("--fail-fast", "--workers", "2"));

        Assert.Equal(ExitCode.Stopped, stopped.ExitCode);
        Assert.StartsWith($"BatchScoring: stopped by --fail-fast at line 22 of '{input}': ", stopped.Error);
        Assert.Contains($"16 rows are safe in '{folder.Partial}'.", stopped.Error);
        Assert.False(File.Exists(folder.Output));

        var resumed = ProgramRun.InProcess(folder.Arguments("--resume"));
        Assert.Equal(ExitCode.Failure, resumed.ExitCode);
        Assert.Contains($"Resumed after 16 rows, at line 18 of '{input}'.", resumed.Output);
        Assert.Equal(43, File.ReadAllLines(folder.Output).Length);
    }

    [Fact]
    public void Run_Cancelled_SaysHowToGoOn()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(50);

        var run = ProgramRun.InProcess(new CancellationToken(canceled: true), folder.Arguments());

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Equal(
            $"BatchScoring: stopped. 0 rows are safe in '{folder.Partial}'. Go on with the same command and --resume.{Environment.NewLine}", run.Error);
        Assert.Equal(ExitCode.Failure, ProgramRun.InProcess(folder.Arguments("--resume")).ExitCode);
        Assert.Equal(50, CountRows(folder.Output));
    }

    [Fact]
    public void Run_ResumeOfACompleteOutput_DoesNothing()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(20, withBadRows: false);
        Assert.Equal(ExitCode.Success, ProgramRun.InProcess(folder.Arguments()).ExitCode);
        DateTime written = File.GetLastWriteTimeUtc(folder.Output);

        var again = ProgramRun.InProcess(folder.Arguments("--resume"));

        Assert.Equal(ExitCode.Success, again.ExitCode);
        Assert.Equal($"'{folder.Output}' is complete since an earlier run: 20 rows, 0 of them failed. Nothing was done.{Environment.NewLine}", again.Output);
        Assert.Equal(written, File.GetLastWriteTimeUtc(folder.Output));
    }

    [Fact]
    public void Run_ResumeWithAnotherInputOrModel_SaysWhatDiffers()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(20);
        ProgramRun.InProcess(new CancellationToken(canceled: true), folder.Arguments());
        folder.WriteQuestions(20, seed: 2);

        var run = ProgramRun.InProcess(folder.Arguments("--resume", "--method", "uniform"));

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"BatchScoring: '{folder.Journal}' belongs to another run: --method was 'zooprune', is 'uniform'; input was '", run.Error);
    }

    [Fact]
    public void Run_ColumnsOfOtherNames_AreFound()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "prompt;x,prompt,file\n1,what ?,0.png\n");

        var run = ProgramRun.InProcess(folder.Arguments("--columns", "file,prompt"));

        Assert.Equal(ExitCode.Success, run.ExitCode);
    }

    [Fact]
    public void Run_HeaderOnly_WritesAHeader()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "image,question\r\n");

        Assert.Equal(ExitCode.Success, ProgramRun.InProcess(folder.Arguments()).ExitCode);
        Assert.Equal("image,question,Answer,VisualTokens,KeptTokens,Note,Error\r\n", File.ReadAllText(folder.Output));
    }

    [Fact]
    public void Run_Timings_AddsMilliseconds()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "image,question\n0.png,what ?\n");

        ProgramRun.InProcess(folder.Arguments("--timings"));

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

        var run = ProgramRun.InProcess(folder.Arguments());

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal($"BatchScoring: the input '{path}' {expected}{Environment.NewLine}", run.Error);
        Assert.False(File.Exists(folder.Journal));
    }

    [Fact]
    public void Run_Utf16_EndsWithTwo()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", [0xFF, 0xFE, (byte)'i', 0]);

        Assert.Contains("begins with the byte order mark of UTF-16. Expected UTF-8; save it as UTF-8.", ProgramRun.InProcess(folder.Arguments()).Error);
    }

    [UnixFact]
    [Trait("Speed", "Slow")]
    public void Process_Interrupted_CommitsAndSaysHowToGoOn()
    {
        // A second of work at the least, so that the signal, which takes milliseconds, comes before the end.
        const int Rows = 3_000;
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);

        var run = ProgramRun.Interrupted(() => File.Exists(folder.Partial) && new FileInfo(folder.Partial).Length > 1000, folder.Arguments());

        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        Assert.Matches($"BatchScoring: stopped. [0-9,]+ rows are safe in '{folder.Partial}'. Go on with the same command and --resume.", run.Error);
        Assert.Contains("Resumed after ", ProgramRun.InProcess(folder.Arguments("--resume")).Output);
        Assert.Equal(Rows, CountRows(folder.Output));
    }

    [UnixFact]
    [Trait("Speed", "Slow")]
    public void Process_NoRoomLeft_SaysSoAndCanBeResumed()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(500);
        ProgramRun.InProcess(folder.Arguments());
        byte[] expected = File.ReadAllBytes(folder.Output);
        File.Delete(folder.Output);
        File.Delete(folder.Journal);

        var full = ProgramRun.WithFileLimit(20, folder.Arguments("--commit", "0"));

        Assert.Equal(ExitCode.Stopped, full.ExitCode);
        Assert.Contains($"BatchScoring: '{folder.Output}' cannot be written: it would become larger than its file system allows. Rows that were committed are safe", full.Error);
        Assert.Equal(ExitCode.Failure, ProgramRun.InProcess(folder.Arguments("--resume")).ExitCode);
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
