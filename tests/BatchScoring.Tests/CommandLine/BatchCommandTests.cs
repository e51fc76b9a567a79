namespace ZooPrune.Samples.Tests;

/// <summary>The command line: what it means and what it refuses.</summary>
public class BatchCommandTests
{
    [Fact]
    public void ToOptions_LeastGiven_HasDefaults()
    {
        BatchOptions options = Parse("--input", "a.csv", "--output", "b.csv");

        Assert.Equal(KeepBudget.Tokens(64), options.Keep);
        Assert.Equal("image,question", options.Columns.ToString());
        Assert.Equal((32, 1, 0, 32), (options.Batch, options.Workers, options.Running.Threads, options.MaxNewTokens));
        Assert.Equal(TimeSpan.FromSeconds(1), options.CommitInterval);
        Assert.False(options.Resume || options.FailFast || options.Timings);
    }

    [Theory]
    [InlineData("--output b.csv", "the command line cannot be understood: Option '--input' is required. Expected what --help lists; correct it and try again.")]
    [InlineData("--input a.csv", "the command line cannot be understood: Option '--output' is required. Expected what --help lists; correct it and try again.")]
    [InlineData("--input a.csv --output b.csv --columns image", "the option --columns is 'image'. Expected the names of two columns, the image's first, as in image,question; correct it.")]
    [InlineData("--input a.csv --output b.csv --columns a,a", "the option --columns is 'a,a'. Expected the names of two columns, the image's first, as in image,question; correct it.")]
    [InlineData("--input a.csv --output b.csv --batch 0", "the option --batch is '0'. Expected a whole number of at least 1; correct it.")]
    [InlineData("--input a.csv --output b.csv --commit -1", "the option --commit is '-1'. Expected a number of seconds from 0 to 3600; correct it.")]
    [InlineData("--input a.csv --output b.csv --output-format xlsx", "the option --output-format is 'xlsx'. Expected one of csv, tsv, jsonl; choose one of these.")]
    [InlineData("--input a.csv --output no/such/b.csv", null)]
    public void ToOptions_WrongValue_Throws(string line, string? expected)
    {
        UsageException e = Assert.Throws<UsageException>(() => Parse(line.Split(' ')));

        if (expected is null)
        {
            Assert.Contains("does not exist", e.Message);
        }
        else
        {
            Assert.Equal($"BatchScoring: {expected}", e.Message);
        }
    }

    [Theory]
    [InlineData("a.csv", "csv")]
    [InlineData("a.TSV", "tsv")]
    [InlineData("a.tab", "tsv")]
    [InlineData("a.ndjson", "jsonl")]
    public void OfFile_KnownExtension_TellsTheFormat(string path, string format) =>
        Assert.Equal(format, TableFormats.Names.NameOf(TableFormats.OfFile(path, "--input-format")));

    [Fact]
    public void OfFile_OtherExtension_Throws() => Assert.Equal(
        "BatchScoring: the format of 'a.xlsx' cannot be told from its name. Expected .csv, .tsv or .jsonl; name the format with --input-format.",
        Assert.Throws<UsageException>(() => TableFormats.OfFile("a.xlsx", "--input-format")).Message);

    [Fact]
    public void Help_HasExamplesAndExitCodes()
    {
        var run = ProgramRun.InProcess("--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("BatchScoring --input questions.csv --output answers.csv --resume", run.Output);
        Assert.Contains("Exit codes: 0 done", run.Output);
    }

    private static BatchOptions Parse(params string[] arguments) =>
        BatchCommand.ToOptions(CommandLineReader.Read(BatchCommand.Create(), arguments, TextWriter.Null)!);
}
