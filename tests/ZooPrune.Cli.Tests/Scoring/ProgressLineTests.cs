namespace ZooPrune.Cli.Tests;

/// <summary>What is said about a run under way.</summary>
public class ProgressLineTests
{
    [Fact]
    public void Describe_ResumedRun_CountsFromWhereItWasResumed()
    {
        Progress start = new() { Rows = 1000, InputOffset = 10_000 };
        Progress now = new() { Rows = 1500, Failed = 3, InputOffset = 15_000, VisualTokens = 5760, KeptTokens = 640 };

        Assert.Equal(
            "1,500 rows, 15.0 %, 50.0 rows/s, about 2 min 50 s to go, 88.9 % of visual tokens saved, 3 rows failed",
            ProgressLine.Describe(start, now, 100_000, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Describe_NothingDoneYet_DoesNotGuess() => Assert.Equal(
        "0 rows, 0.0 %, 0.0 rows/s, time to go unknown, 0.0 % of visual tokens saved, 0 rows failed",
        ProgressLine.Describe(new(), new(), 100, TimeSpan.FromSeconds(1)));
}
