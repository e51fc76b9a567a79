using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace ZooPrune.Cli.Tests;

/// <summary>Many parts. docs/scale-out.md says what was measured with more of them: SCALE_PARTS and SCALE_ROWS say how many.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    [Fact]
    public void Merge_ManyParts_GivesAllRows()
    {
        (int parts, int rows) = (Number("SCALE_PARTS", 100), Number("SCALE_ROWS", 10));
        using TestFolder folder = new();
        long start = Stopwatch.GetTimestamp();
        for (int index = 0; index < parts; index++)
        {
            Write(folder.PathOf("parts"), new Shard(index, parts), rows);
        }

        Say("written", start);
        start = Stopwatch.GetTimestamp();
        var found = FinishedParts.Find(folder.PathOf("parts"));
        Say("listed", start);
        Assert.Equal((parts, (long)parts * rows), (found.Count, found.Rows));
        start = Stopwatch.GetTimestamp();
        ToolRun merge = ToolRun.InProcess("merge", folder.PathOf("parts"), "--out", folder.PathOf("merged.csv"));
        Say("merged", start);

        Assert.Equal(ExitCode.Success, merge.ExitCode);
        using StreamReader merged = new(folder.PathOf("merged.csv"));
        Assert.Equal("id,image,question,Answer", merged.ReadLine());
        for (long row = 0; row < (long)parts * rows; row++)
        {
            Assert.Equal(Row(row), merged.ReadLine());
        }

        Assert.True(merged.EndOfStream);

        void Say(string what, long since) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{parts:N0} parts of {rows:N0} rows {what}: {Stopwatch.GetElapsedTime(since).TotalSeconds:N1} s, {Environment.WorkingSet >> 20:N0} MB"));
    }

    private static string Row(long number) => FormattableString.Invariant($"{number},{number % 7}.png,what ?,");

    private static void Write(string folder, Shard shard, int rows)
    {
        ShardFolder parts = new(folder, shard, TableFormat.Csv);
        long first = (long)shard.Index * rows;
        SortedDictionary<string, string> run = new(StringComparer.Ordinal)
        {
            ["input"] = "one",
            [RunIdentity.Shard] = shard.ToString(),
            [RunIdentity.Rows] = new RowRange(first, first + rows, (long)shard.Count * rows, default).ToString(),
        };
        using ScoredFile file = parts.Open(run, default, ["score"], finish: null);
        file.AppendHeader("id,image,question,Answer\n");
        string text = string.Concat(Enumerable.Range(0, rows).Select(row => Row(first + row) + "\n"));
        file.Append(text, file.Progress with { Rows = rows });
        file.Finish();
        parts.Publish(file);
    }

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : usual;
}
