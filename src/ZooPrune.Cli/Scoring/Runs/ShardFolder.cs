namespace ZooPrune.Cli;

/// <summary>
/// The folder that the parts of a table go to. A part is made under a name of its own, by as many tries as are started, also at the same
/// time; the one that is complete gets the part's name by one rename. Not thread-safe.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="shard">Which part.</param>
/// <param name="format">How its rows are written.</param>
internal sealed class ShardFolder(string folder, Shard shard, TableFormat format)
{
    private readonly string _extension = $".{TableFormats.Names.NameOf(format)}";

    /// <summary>The part: whole from the moment that it is there.</summary>
    public string Part => Path.Combine(folder, shard.FileName + _extension);

    /// <summary>What tries to make it have written so far; gone when it is there.</summary>
    private string Tries => Part + ".tries";

    /// <summary>The journal of a part. Its name tells the part's bytes, so that it is right whichever of two tries comes last.</summary>
    public static string JournalOf(string part, string hash) => $"{part}.{hash[..16]}.journal";

    /// <summary>Finds the rows of this part, and adds them to what the run is.</summary>
    public RowRange Cut(InputTable table, ScoreOptions options, SortedDictionary<string, string> run)
    {
        RowRange range = table.Cut(shard, options.Batch);
        run[RunIdentity.Shard] = shard.ToString();
        run[RunIdentity.Rows] = range.ToString();
        return range;
    }

    /// <summary>Looks whether the part is there.</summary>
    /// <param name="run">What it should be of.</param>
    /// <returns>What it holds; null = it is still to be made.</returns>
    /// <exception cref="UsageException">There is one, and it is of another run, or nobody knows of which.</exception>
    public Progress? FindFinished(SortedDictionary<string, string> run)
    {
        if (File.Exists(folder))
        {
            throw Throw.OutputIsFile("--out", folder);
        }

        if (!File.Exists(Part))
        {
            return null;
        }

        Journal journal = new(JournalOf(Part, AppendedFile.HashOf(Part)));
        return journal.Exists ? journal.Read(run) : throw Throw.PartWithoutJournal(Part);
    }

    /// <summary>Begins a try, with the rows that an earlier one has committed: they are copied, because that one may still live.</summary>
    /// <param name="run">What it is.</param>
    /// <param name="first">Where its first row begins.</param>
    /// <param name="command">What other shards are run with.</param>
    public ScoredFile Open(SortedDictionary<string, string> run, InputPosition first, IReadOnlyList<string> command)
    {
        Directory.CreateDirectory(Tries);
        string path = Path.Combine(Tries, FormattableString.Invariant($"{Environment.ProcessId}-{Guid.NewGuid():N}{_extension}"));
        CopyBest(run, path, command);
        return ScoredFile.Resume(path, run, first, command, isAlone: true);
    }

    /// <summary>Gives a complete try the part's name, and takes away what all tries have left.</summary>
    /// <exception cref="IOException">It cannot be renamed, or another try was first.</exception>
    public void Publish(ScoredFile file)
    {
        file.CopyJournal(JournalOf(Part, file.Committed.OutputHash));
        File.Move(file.Path, Part, overwrite: true);
        try
        {
            Directory.Delete(Tries, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A try that still lives has files open. What stays is never looked at again.
        }
    }

    private void CopyBest(SortedDictionary<string, string> run, string path, IReadOnlyList<string> command)
    {
        foreach ((string journal, Progress progress) in Directory.EnumerateFiles(Tries, "*.journal")
            .Select(file => (file, Journal.TryRead(file, run)))
            .OfType<(string, Progress)>()
            .Where(found => found.Item2.Rows > 0)
            .OrderByDescending(found => found.Item2.Rows))
        {
            string made = journal[..^".journal".Length];
            string from = File.Exists(made) ? made : ScoredFile.PartialOf(made);
            string to = File.Exists(made) ? path : ScoredFile.PartialOf(path);
            try
            {
                // The rows may have grown since; their beginning is what it was.
                AppendedFile.CopyStart(from, to, progress.OutputLength);
                if (AppendedFile.HashOf(to) == progress.OutputHash)
                {
                    new Journal(ScoredFile.JournalOf(path)).Write(run, progress, command);
                    return;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is just being taken away, or broken.
            }

            File.Delete(to);
        }
    }
}

/// <summary>Rows of a table that follow each other.</summary>
/// <param name="First">The first, from 0.</param>
/// <param name="End">The one behind the last.</param>
/// <param name="Total">Rows of the table.</param>
/// <param name="Position">Where the first begins.</param>
internal sealed record RowRange(long First, long End, long Total, InputPosition Position)
{
    /// <summary>How many they are.</summary>
    public long Rows => End - First;

    /// <summary>"64 to 128 of 300".</summary>
    public override string ToString() => FormattableString.Invariant($"{First} to {End} of {Total}");
}
