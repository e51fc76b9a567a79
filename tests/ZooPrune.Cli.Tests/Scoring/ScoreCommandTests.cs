using System.CommandLine;

namespace ZooPrune.Cli.Tests;

/// <summary>The command line: what it means and what it refuses.</summary>
public class ScoreCommandTests
{
    [Fact]
    public void ToOptions_LeastGiven_HasDefaults()
    {
        ScoreOptions options = Parse("score", "a.csv", "--model", "m", "--out", "b.csv");

        Assert.Equal(KeepBudget.Tokens(64), options.Keep);
        Assert.Equal("image,question", options.Columns.ToString());
        Assert.Equal((32, 1, 0, 32), (options.Batch, options.Workers, options.Running.Threads, options.MaxNewTokens));
        Assert.Equal(TimeSpan.FromSeconds(1), options.CommitInterval);
        Assert.False(options.Resume || options.FailFast || options.Timings);
    }

    [Theory]
    [InlineData("score --model m --out b.csv", "zooprune score: the command line cannot be understood: Required argument missing for command: 'score'. Expected what zooprune score --help lists; correct it and try again.")]
    [InlineData("score a.csv --model m", "zooprune score: the command line cannot be understood: Option '--out' is required. Expected what zooprune score --help lists; correct it and try again.")]
    [InlineData("score a.csv --model m --out b.csv --separator ab", "zooprune: the option --separator is 'ab'. Expected one of comma, semicolon, tab, bar, or one character of ASCII that is no quote; correct it.")]
    [InlineData("score a.csv --model m --out b.csv --shard 3/3", "zooprune: the option --shard is '3/3'. Expected I/N with I from 0 to N - 1, as in 7/64; correct it.")]
    [InlineData("score a.csv --model m --out b.csv --shard 1/3 --shards 3", "zooprune: the options --shard and --shards are both given. Expected at most one of them; leave one out.")]
    [InlineData("score a.csv --model m --out b.csv --columns image", "zooprune: the option --columns is 'image'. Expected the names of two columns, the image's first, as in image,question; correct it.")]
    [InlineData("score a.csv --model m --out b.csv --columns a,a", "zooprune: the option --columns is 'a,a'. Expected the names of two columns, the image's first, as in image,question; correct it.")]
    [InlineData("score a.csv --model m --out b.csv --batch 0", "zooprune: the option --batch is '0'. Expected a whole number of at least 1; correct it.")]
    [InlineData("score a.csv --model m --out b.csv --commit -1", "zooprune: the option --commit is '-1'. Expected a number of seconds from 0 to 3600; correct it.")]
    [InlineData("score a.csv --model m --out b.csv --output-format xlsx", "zooprune: the option --output-format is 'xlsx'. Expected one of csv, tsv, jsonl, parquet; choose one of these.")]
    public void ToOptions_WrongValue_Throws(string line, string expected) =>
        Assert.Equal(expected, Assert.Throws<UsageException>(() => Parse(line.Split(' '))).Message);

    [Fact]
    public void Run_OutputInMissingFolder_EndsWithTwo()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(1);

        var run = ToolRun.InProcess("score", folder.PathOf("questions.csv"), "--model", TestPaths.TinyModel, "--out", "no/such/b.csv");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("does not exist", run.Error);
    }

    [Theory]
    [InlineData("a.csv", "csv")]
    [InlineData("a.TSV", "tsv")]
    [InlineData("a.tab", "tsv")]
    [InlineData("a.ndjson", "jsonl")]
    [InlineData("a.parquet", "parquet")]
    public void OfFile_KnownExtension_TellsTheFormat(string path, string format) =>
        Assert.Equal(format, TableFormats.Names.NameOf(TableFormats.OfFile(path, "--input-format")));

    [Fact]
    public void OfFile_OtherExtension_Throws() => Assert.Equal(
        "zooprune score: the format of 'a.xlsx' cannot be told from its name. Expected .csv, .tsv, .jsonl or .parquet; name the format with --input-format.",
        Assert.Throws<UsageException>(() => TableFormats.OfFile("a.xlsx", "--input-format")).Message);

    [Fact]
    public void Help_HasExamplesAndExitCodes()
    {
        var run = ToolRun.InProcess("score", "--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("zooprune score questions.csv --model models/llava --out answers.csv --keep 64 --resume", run.Output);
        Assert.Contains("Exit codes: 0 done", run.Output);
    }

    /// <summary>What a command line of "score" means, outside of any scheduler.</summary>
    internal static ScoreOptions Parse(params string[] arguments) => Parse(_ => null, arguments);

    internal static ScoreOptions Parse(Func<string, string?> environment, params string[] arguments) =>
        ScoreCommand.ToOptions(CommandLineReader.Read(new RootCommand { new ScoreCommand() }, arguments, TextWriter.Null)!, environment);
}
