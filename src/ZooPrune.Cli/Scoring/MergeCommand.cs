using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ZooPrune.Cli;

/// <summary>"merge": one file of the parts that "score --shard" has written.</summary>
internal sealed class MergeCommand : ToolCommand
{
    private static readonly Argument<string> Folder = new("FOLDER") { Description = "The folder that zooprune score --shard wrote to." };
    private static readonly Option<string?> Output = TypedOption.OutputFile("--out", "The file to be. It appears whole or not at all.");

    public MergeCommand()
        : base("merge", "Checks that all parts of a table are there, whole, of one input, one model and one set of options, and makes one "
            + "file of them: the same to the byte as that of a run over the whole table.")
    {
        Output.Required = true;
        Arguments.Add(Folder);
        Options.Add(Output);
    }

    public override string Examples => """
        Examples:
          zooprune merge parts --out answers.csv

        Exit codes: 0 done; 1 done, some rows have an error; 2 parts are missing or do not fit together, nothing was written.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        (string folder, string path) = (line.GetRequiredValue(Folder), line.GetValue(Output)!);
        if (File.Exists(path))
        {
            throw Throw.MergedExists(path);
        }

        var parts = FinishedParts.Find(folder);
        string temporary = FormattableString.Invariant($"{path}.{Environment.ProcessId}.tmp");
        try
        {
            terminal.While("merging", () =>
            {
                parts.WriteTo(temporary, terminal.Cancellation);
                return true;
            });
            File.Move(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Shell.Throw.CannotWrite("--out", path, e);
        }
        finally
        {
            File.Delete(temporary);
        }

        terminal.Say(FormattableString.Invariant(
            $"{path}: {parts.Rows:N0} rows of {parts.Count:N0} parts, {parts.Rows - parts.Failed:N0} answered, {parts.Failed:N0} failed."));
        return parts.Failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}

/// <summary>All parts of a table, in their order, checked.</summary>
internal sealed partial class FinishedParts
{
    private readonly List<FinishedPart> _parts = [];

    /// <summary>How many there are.</summary>
    public int Count => _parts.Count;

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
                if (first.Shard.Count != shard.Count || Path.GetExtension(first.Path) != Path.GetExtension(path) || shard.Index >= shard.Count)
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

        FinishedParts parts = new();
        foreach ((Shard shard, string path) in there.Values)
        {
            parts.Add(FinishedPart.Read(shard, path, journals.GetValueOrDefault(path, [])));
        }

        int count = there.First().Value.Shard.Count;
        Shard[] missing = [.. Enumerable.Range(0, count).Where(index => !there.ContainsKey(index)).Select(index => new Shard(index, count))];
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
        using FileStream output = new(path, FileMode.CreateNew);
        foreach (FinishedPart part in _parts)
        {
            cancellation.ThrowIfCancellationRequested();
            part.CopyTo(output, withHeader: part == _parts[0]);
        }

        output.Flush(flushToDisk: true);
    }

    private static int Number(Match match, string group) => int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : int.MaxValue;

    private void Add(FinishedPart part)
    {
        _parts.Add(part);
        string[] differences = [.. Journal.Differences(Common(_parts[0].Run), Common(part.Run))];
        if (differences.Length > 0)
        {
            throw Throw.PartsOfTwoRuns(_parts[0].Path, part.Path, differences);
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

    /// <summary>What is the same in all parts of a run.</summary>
    private static SortedDictionary<string, string> Common(SortedDictionary<string, string> run) =>
        new(run.Where(entry => entry.Key is not (RunIdentity.Shard or RunIdentity.Rows)).ToDictionary(), StringComparer.Ordinal);

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
    /// <exception cref="UsageException">They are not.</exception>
    public void CopyTo(Stream output, bool withHeader)
    {
        using FileStream input = File.OpenRead(Path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
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
