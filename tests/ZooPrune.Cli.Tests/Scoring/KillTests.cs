using System.Diagnostics;

namespace ZooPrune.Cli.Tests;

/// <summary>The promise of --resume: however often and whenever a run is killed, the file comes out the same.</summary>
public class KillTests
{
    private const int Kills = 20;
    private const int Rows = 6000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("csv")]
    [InlineData("parquet")]
    public void Resume_KilledAtTwentyPoints_GivesTheSameBytes(string format)
    {
        Random random = new(20);
        using ScoringFolder folder = new();
        folder.WriteQuestions(Rows);
        Assert.Equal(ExitCode.Failure, ToolRun.InProcess(folder.Arguments("--output-format", format)).ExitCode);
        byte[] expected = File.ReadAllBytes(folder.Output);
        folder.DeleteOutput();

        // Not in the last rows: a test that is late, on a machine with much else to do, must not find the run finished.
        int[] points = [.. Enumerable.Range(0, Kills).Select(_ => random.Next(expected.Length * 6 / 10)).Order()];
        List<long> lengths = [];
        foreach (int point in points)
        {
            // Every fourth run is killed while it starts, the others when the file has reached a length.
            bool whileStarting = random.Next(4) == 0;
            string commit = random.Next(2) == 0 ? "0" : "0.05";
            int workers = random.Next(1, 4);
            using Process process = ToolRun.Start([], folder.Arguments("--output-format", format, "--resume", "--commit", commit, "--workers", $"{workers}"));
            if (whileStarting)
            {
                process.WaitForExit(random.Next(20, 500));
            }
            else
            {
                WaitForLength(process, folder.Partial, point);
            }

            process.Kill();
            process.WaitForExit();
            lengths.Add(Length(folder.Partial));
        }

        Assert.False(File.Exists(folder.Output), "The last run was to be killed before its end.");
        ToolRun last = ToolRun.InProcess(folder.Arguments("--output-format", format, "--resume"));

        Assert.Equal(ExitCode.Failure, last.ExitCode);
        Assert.Contains("Resumed after ", last.Output);
        Assert.True(lengths.Distinct().Count() > Kills / 3, $"The kills hit the same point: {string.Join(", ", lengths)}.");
        Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(folder.Output)), $"The file differs. Killed at {string.Join(", ", lengths)}.");
        Assert.False(File.Exists(folder.Partial));
    }

    private static void WaitForLength(Process process, string path, long length)
    {
        long start = Stopwatch.GetTimestamp();
        while (Length(path) < length && !process.HasExited)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"'{path}' did not reach {length} bytes.");
            Thread.Sleep(1);
        }
    }

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
