using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ZooPrune.Cli;

/// <summary>All parts of a table, in their order, checked.</summary>
internal sealed partial class FinishedParts
{
    /// <summary>Journals that are read at the same time: a file system of a network answers each after a while.</summary>
    private const int AtOnce = 16;

    private readonly FinishedPart[] _parts;

    private FinishedParts(FinishedPart[] parts) => _parts = parts;

    /// <summary>How many there are.</summary>
    public int Count => _parts.Length;

    private bool IsParquet => Path.GetExtension(_parts[0].Path) == ".parquet";

    /// <summary>Rows of all of them.</summary>
    public long Rows => _parts.Sum(part => part.Progress.Rows);

    /// <summary>Rows that have an error.</summary>
    public long Failed => _parts.Sum(part => part.Progress.Failed);

    /// <summary>Looks into a folder; the bytes of the parts are left for <see cref="WriteTo"/>.</summary>
    /// <exception cref="UsageException">Parts are missing, or do not fit together.</exception>
    public static FinishedParts Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw Throw.NoFolder(folder);
        }

        SortedDictionary<int, (Shard Shard, string Path)> there = [];
        Dictionary<string, List<string>> journals = [];
        foreach (string path in Directory.EnumerateFiles(folder, "part-*").Order(StringComparer.Ordinal))
        {
            Match match = PartName().Match(Path.GetFileName(path));
            if (match.Groups["journal"].Success)
            {
                string part = Path.Combine(folder, match.Groups["part"].Value);
                (journals.TryGetValue(part, out List<string>? known) ? known : journals[part] = []).Add(path);
            }
            else if (match.Success)
            {
                Shard shard = new(Number(match, "index"), Number(match, "count"));
                (Shard Shard, string Path) first = there.Count > 0 ? there.First().Value : (shard, path);
                bool isOfOneRun = first.Shard.Count == shard.Count && Path.GetExtension(first.Path) == Path.GetExtension(path);
                if (!isOfOneRun || shard.Index >= shard.Count)
                {
                    throw Throw.PartsOfSeveral(folder, Path.GetFileName(first.Path), Path.GetFileName(path));
                }

                there[shard.Index] = (shard, path);
            }
        }

        if (there.Count == 0)
        {
            throw Throw.NoParts(folder);
        }

        FinishedParts parts = new(Read([.. there.Values], journals));
        parts.CheckRuns();
        int count = there.First().Value.Shard.Count;
        Shard[] missing =
        [
            .. Enumerable.Range(0, count).Where(index => !there.ContainsKey(index)).Select(index => new Shard(index, count)),
        ];
        if (missing.Length > 0)
        {
            throw Throw.PartsMissing(folder, missing, count, parts._parts[0].Command);
        }

        parts.CheckRows();
        return parts;
    }

    /// <summary>Makes one file of them.</summary>
    /// <exception cref="UsageException">A part is not as it was written.</exception>
    public void WriteTo(string path, CancellationToken cancellation)
    {
        using (Stream output = IsParquet ? Stream.Null : new FileStream(path, FileMode.CreateNew))
        {
            byte[] buffer = new byte[1 << 20];
            foreach (FinishedPart part in _parts)
            {
                cancellation.ThrowIfCancellationRequested();
                part.CopyTo(output, withHeader: part == _parts[0], buffer);
            }

            (output as FileStream)?.Flush(flushToDisk: true);
        }

        if (IsParquet)
        {
            // Rows of many parts make row groups of their usual size, as those of one run do.
            ParquetOutput.Merge([.. _parts.Select(part => part.Path)], path);
        }
    }

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static FinishedPart[] Read((Shard Shard, string Path)[] there, Dictionary<string, List<string>> journals)
    {
        var parts = new FinishedPart[there.Length];
        try
        {
            Parallel.For(0, there.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, i =>
                parts[i] = FinishedPart.Read(there[i].Shard, there[i].Path, journals.GetValueOrDefault(there[i].Path, [])));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions.MinBy(inner => inner.Message)!);
        }

        return parts;
    }

    private void CheckRuns()
    {
        SortedDictionary<string, string> first = RunIdentity.Common(_parts[0].Run);
        foreach (FinishedPart part in _parts)
        {
            string[] differences = [.. Journal.Differences(first, RunIdentity.Common(part.Run))];
            if (differences.Length > 0)
            {
                throw Throw.PartsOfTwoRuns(_parts[0].Path, part.Path, differences);
            }
        }
    }

    private void CheckRows()
    {
        long row = 0;
        foreach (FinishedPart part in _parts)
        {
            string rows = part.Run.GetValueOrDefault(RunIdentity.Rows, "");
            bool isLast = part == _parts[^1];
            if (!rows.StartsWith(FormattableString.Invariant($"{row} to {row + part.Progress.Rows} of "), StringComparison.Ordinal)
                || (isLast && !rows.EndsWith(FormattableString.Invariant($" of {row + part.Progress.Rows}"), StringComparison.Ordinal)))
            {
                throw Throw.PartsDoNotJoin(part.Path, rows, row);
            }

            row += part.Progress.Rows;
        }
    }

    [GeneratedRegex(@"^(?<part>part-(?<index>[0-9]{5,9})-of-(?<count>[0-9]{5,9})\.[a-z]+)(?<journal>\.[0-9a-f]{16}\.journal)?$")]
    private static partial Regex PartName();
}

/// <summary>One part and what its journal says.</summary>
internal sealed record FinishedPart(
    Shard Shard, string Path, SortedDictionary<string, string> Run, Progress Progress, IReadOnlyList<string> Command)
{
    /// <summary>Finds the journal of a part; two tries may have left one each.</summary>
    /// <exception cref="UsageException">There is none of a part of this length.</exception>
    public static FinishedPart Read(Shard shard, string path, IReadOnlyList<string> journals)
    {
        // One journal is the usual case, and its hash is checked when the part is read anyway.
        string[] fitting = journals.Count <= 1 ? [.. journals] : [ShardFolder.JournalOf(path, AppendedFile.HashOf(path))];
        if (!fitting.Any(File.Exists))
        {
            throw Throw.PartWithoutJournal(path);
        }

        (SortedDictionary<string, string> run, Progress progress, IReadOnlyList<string> command) = new Journal(fitting[0]).Read();
        FinishedPart part = new(shard, path, run, progress, command);
        return progress.IsFinished && new FileInfo(path).Length == progress.OutputLength ? part : throw part.Broken();
    }

    /// <summary>Appends its rows to a file, and checks that its bytes are those that its journal speaks of.</summary>
    /// <param name="output">The file.</param>
    /// <param name="withHeader">Whether its header is appended too.</param>
    /// <param name="buffer">Holds what is on the way.</param>
    /// <exception cref="UsageException">They are not.</exception>
    public void CopyTo(Stream output, bool withHeader, byte[] buffer)
    {
        if (Progress.OutputLength == 0)
        {
            return;
        }

        using FileStream input = new(Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long skipped = withHeader ? 0 : Progress.HeaderLength;
        while (input.Read(buffer) is > 0 and int count)
        {
            hash.AppendData(buffer, 0, count);
            int start = (int)Math.Min(skipped, count);
            output.Write(buffer, start, count - start);
            skipped -= start;
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != Progress.OutputHash)
        {
            throw Broken();
        }
    }

    private UsageException Broken() => Throw.PartIsBroken(Shard, Path, Command);
}
