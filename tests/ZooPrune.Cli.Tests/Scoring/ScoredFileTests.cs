namespace ZooPrune.Cli.Tests;

/// <summary>What is there when a run is begun or resumed, and what becomes of it.</summary>
public class ScoredFileTests
{
    private static readonly InputPosition First = new(15, 2);

    private static SortedDictionary<string, string> Run => new(StringComparer.Ordinal) { ["input"] = new('a', 64), ["--keep"] = "64" };

    [Fact]
    public void Resume_RowsThatWereNotCommitted_AreCutOff()
    {
        using ScoringFolder folder = new();
        using (ScoredFile file = WriteTwoRows(folder))
        {
            file.Append("torn, and longer than what comes in its place", file.Progress with { Rows = 3 });
        }

        Assert.Equal("one\ntwo\ntorn, and longer than what comes in its place", File.ReadAllText(folder.Partial));
        using (var resumed = ScoredFile.Resume(folder.Output, Run, First))
        {
            Assert.Equal((2, 40, 4), (resumed.Progress.Rows, resumed.Progress.InputOffset, resumed.Progress.InputLine));
            resumed.Append("three\n", resumed.Progress with { Rows = 3 });
            resumed.Finish();
        }

        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(folder.Output));
        Assert.False(File.Exists(folder.Partial));
    }

    [Fact]
    public void Resume_NothingThere_Begins()
    {
        using ScoringFolder folder = new();

        using var file = ScoredFile.Resume(folder.Output, Run, First);

        Assert.Equal((0, 15, 2), (file.Progress.Rows, file.Progress.InputOffset, file.Progress.InputLine));
    }

    [Fact]
    public void Resume_KilledBetweenFileAndJournal_Begins()
    {
        using ScoringFolder folder = new();
        File.WriteAllText(folder.Partial, "");

        using var file = ScoredFile.Resume(folder.Output, Run, First);

        Assert.Equal(0, file.Progress.Rows);
    }

    [Fact]
    public void Resume_KilledBeforeTheRename_Renames()
    {
        using ScoringFolder folder = new();
        using (ScoredFile file = WriteTwoRows(folder))
        {
            file.Finish();
        }

        File.Move(folder.Output, folder.Partial);
        using (var resumed = ScoredFile.Resume(folder.Output, Run, First))
        {
            Assert.True(resumed.Progress.IsFinished);
            resumed.Finish();
        }

        Assert.Equal("one\ntwo\n", File.ReadAllText(folder.Output));
    }

    [Theory]
    [InlineData("one\nTwo\nthree")]
    [InlineData("one\n")]
    public void Resume_PartialChanged_ThrowsAndLeavesIt(string content)
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();
        File.WriteAllText(folder.Partial, content);

        UsageException e = Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First));

        Assert.Equal(
            $"zooprune score: '{folder.Partial}' was changed since it was written: its first 8 bytes are not those that '{folder.Journal}' speaks of. Expected an untouched file; restore it, or delete both to begin anew.",
            e.Message);
        Assert.Equal(content, File.ReadAllText(folder.Partial));
    }

    [Theory]
    [InlineData("one\nTWO\n")]
    [InlineData("one\ntwo\nmore\n")]
    public void Resume_FinishedOutputChanged_ThrowsAndLeavesIt(string content)
    {
        using ScoringFolder folder = new();
        using (ScoredFile file = WriteTwoRows(folder))
        {
            file.Finish();
        }

        File.WriteAllText(folder.Output, content);

        Assert.StartsWith(
            $"zooprune score: '{folder.Output}' was changed since it was written",
            Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First)).Message);
        Assert.Equal(content, File.ReadAllText(folder.Output));
    }

    [Fact]
    public void Resume_AnotherRun_SaysWhatDiffers()
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();
        SortedDictionary<string, string> other = Run;
        other["--keep"] = "32";
        other["input"] = new('b', 64);
        other["model"] = "new";

        UsageException e = Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, other, First));

        Assert.Equal(
            $"zooprune score: '{folder.Journal}' belongs to another run: --keep was '64', is '32'; input was 'aaaaaaaaaaaa...', is 'bbbbbbbbbbbb...'; model was not there, is 'new'. Expected the same input, model and options; correct them, choose another --out, or delete the journal and the partial output to begin anew.",
            e.Message);
    }

    [Fact]
    public void Resume_PartialGone_Throws()
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();
        File.Delete(folder.Partial);

        Assert.Equal(
            $"zooprune score: '{folder.Partial}' is gone, which held 2 rows according to '{folder.Journal}'. Expected both; restore it, or delete the journal to begin anew.",
            Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First)).Message);
    }

    [Fact]
    public void Resume_JournalGone_Throws()
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();
        File.Delete(folder.Journal);

        Assert.StartsWith(
            $"zooprune score: '{folder.Partial}' is there and its journal '{folder.Journal}' is not",
            Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First)).Message);
    }

    [Theory]
    [InlineData("\"rows\": 2", "\"rows\": 1")]
    [InlineData("\"version\": 1", "\"version\": 2")]
    [InlineData("\"outputLength\": 8,", "")]
    public void Resume_JournalEdited_Throws(string old, string by)
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();
        string journal = File.ReadAllText(folder.Journal);
        Assert.Contains(old, journal);
        File.WriteAllText(folder.Journal, journal.Replace(old, by));

        Assert.StartsWith(
            $"zooprune score: the journal '{folder.Journal}' is not as it was written",
            Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\": 1, \"ru")]
    [InlineData("null")]
    [InlineData("{}")]
    public void Resume_JournalIsNoJournal_Throws(string content)
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();
        File.WriteAllText(folder.Journal, content);

        Assert.StartsWith(
            $"zooprune score: the journal '{folder.Journal}' ",
            Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First)).Message);
    }

    [Fact]
    public void Begin_OutputOrPartialThere_Throws()
    {
        using ScoringFolder folder = new();
        WriteTwoRows(folder).Dispose();

        Assert.Equal(
            $"zooprune score: '{folder.Partial}' holds rows of an earlier run for '{folder.Output}'. Expected none; go on with it by --resume, or delete it to begin anew.",
            Assert.Throws<UsageException>(() => ScoredFile.Begin(folder.Output, Run, First)).Message);

        File.Move(folder.Partial, folder.Output);
        Assert.Equal(
            $"zooprune score: the output '{folder.Output}' exists. Expected a file that is still to be made; delete it or choose another with --out.",
            Assert.Throws<UsageException>(() => ScoredFile.Begin(folder.Output, Run, First)).Message);
    }

    [Fact]
    public void Resume_WhileAnotherRunWrites_Throws()
    {
        using ScoringFolder folder = new();
        using ScoredFile first = WriteTwoRows(folder);

        Assert.StartsWith(
            $"zooprune score: '{folder.Partial}' cannot be opened: ",
            Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First)).Message);
    }

    [Fact]
    public void Begin_PartialIsAFolder_Throws()
    {
        using ScoringFolder folder = new();
        Directory.CreateDirectory(folder.Partial);

        Assert.StartsWith(
            $"zooprune score: '{folder.Partial}' cannot be opened: ",
            Assert.Throws<UsageException>(() => ScoredFile.Begin(folder.Output, Run, First)).Message);
    }

    [Fact]
    public void Begin_Refused_LeavesNothing()
    {
        using ScoringFolder folder = new();
        folder.Write("answers.csv", "somebody's");

        Assert.Throws<UsageException>(() => ScoredFile.Begin(folder.Output, Run, First));
        Assert.Throws<UsageException>(() => ScoredFile.Resume(folder.Output, Run, First));

        Assert.False(File.Exists(folder.Partial));
        Assert.False(File.Exists(folder.Journal));
        Assert.Equal("somebody's", File.ReadAllText(folder.Output));
    }

    /// <summary>The lock is held from before the journal is read until the file has its name.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Finish_AnotherRunTriesAllTheWhile_LeavesTheWholeFile()
    {
        const int Trials = 200;
        for (int trial = 0; trial < Trials; trial++)
        {
            using ScoringFolder folder = new();
            using ManualResetEventSlim begun = new();
            var other = Task.Run(() =>
            {
                begun.Wait();
                for (int i = 0; i < 50; i++)
                {
                    try
                    {
                        using var file = ScoredFile.Resume(folder.Output, Run, First);
                        if (!file.IsComplete)
                        {
                            // Here the first run was not begun yet, or has failed: neither may be.
                            return false;
                        }
                    }
                    catch (UsageException)
                    {
                        // The other run is at work.
                    }
                }

                return true;
            });
            using (ScoredFile file = WriteTwoRows(folder))
            {
                begun.Set();
                Thread.SpinWait(trial * 50);
                file.Append("three\n", file.Progress with { Rows = 3 });
                file.Finish();
            }

            Assert.True(await other);
            Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(folder.Output));
            Assert.False(File.Exists(folder.Partial));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Resume_FinalStepInterrupted_IsDoneAgain(int step)
    {
        using ScoringFolder folder = new();
        using (ScoredFile file = WriteTwoRows(folder, Reverse))
        {
            file.Finish();
        }

        Assert.Equal("owt\neno\n", File.ReadAllText(folder.Output));
        string journal = File.ReadAllText(folder.Journal);

        // What a kill leaves: before the file had its name; after that, before the journal said so; before the rows were deleted.
        File.Delete(folder.Output);
        File.Delete(folder.Journal);
        using (ScoredFile file = WriteTwoRows(folder, (_, _) => throw new IOException("killed")))
        {
            Assert.Throws<IOException>(file.Finish);
        }

        if (step > 0)
        {
            File.WriteAllText(folder.Output, "owt\neno\n");
        }

        if (step > 1)
        {
            File.WriteAllText(folder.Journal, journal);
        }

        using (var file = ScoredFile.Resume(folder.Output, Run, First, finish: Reverse))
        {
            Assert.Equal(step > 1, file.IsComplete);
            if (!file.IsComplete)
            {
                file.Finish();
            }
        }

        Assert.Equal("owt\neno\n", File.ReadAllText(folder.Output));
        Assert.False(File.Exists(folder.Partial));
        Assert.True(ScoredFile.Resume(folder.Output, Run, First, finish: Reverse).IsComplete);

    }

    private static void Reverse(Stream rows, string path) => File.WriteAllText(path, string.Concat(new StreamReader(rows).ReadToEnd().TrimEnd().Reverse()) + "\n");

    /// <summary>Two rows of eight bytes, committed; the input is at byte 40, line 4.</summary>
    private static ScoredFile WriteTwoRows(ScoringFolder folder, ScoredFile.FinalStep? finish = null)
    {
        var file = ScoredFile.Begin(folder.Output, Run, First, finish: finish);
        file.Append("one\ntwo\n", file.Progress with { Rows = 2, InputOffset = 40, InputLine = 4 });
        file.Commit();
        return file;
    }
}
