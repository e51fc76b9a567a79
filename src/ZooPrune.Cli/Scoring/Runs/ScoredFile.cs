namespace ZooPrune.Cli;

/// <summary>
/// The output of a run. Rows go into a partial file beside it, the journal says up to where they count, and when the last one is there
/// the partial file gets the output's name. Not thread-safe.
/// </summary>
internal sealed class ScoredFile : IDisposable
{
    private readonly Journal _journal;
    private readonly IReadOnlyList<string> _command;
    private readonly AppendedFile _partial;
    private readonly FinalStep? _finish;

    private ScoredFile(Place place, AppendedFile partial, Progress progress, bool isComplete)
    {
        Path = place.Path;
        Run = place.Run;
        _journal = new Journal(JournalOf(place.Path));
        _command = place.Command;
        _finish = place.Finish;
        _partial = partial;
        Progress = progress;
        Committed = progress;
        IsComplete = isComplete;
    }

    /// <summary>Makes another file of the rows when the last one is there, where the output is no text that rows are appended to.</summary>
    /// <param name="rows">The rows, from the first.</param>
    /// <param name="path">The file to be made.</param>
    internal delegate void FinalStep(Stream rows, string path);

    /// <summary>The file to be.</summary>
    public string Path { get; }

    /// <summary>What the run is.</summary>
    public SortedDictionary<string, string> Run { get; }

    /// <summary>How far the file is.</summary>
    public Progress Progress { get; private set; }

    /// <summary>How far the journal says it is: this survives whatever happens.</summary>
    public Progress Committed { get; private set; }

    /// <summary>Whether the file is there, under its name.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The file that takes the rows.</summary>
    public static string PartialOf(string path) => path + ".partial";

    /// <summary>The file that says how far they are.</summary>
    public static string JournalOf(string path) => path + ".journal";

    /// <summary>Begins an output.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="run">What the run is.</param>
    /// <param name="first">Where the input's first row begins.</param>
    /// <param name="command">What was typed.</param>
    /// <param name="finish">What is done when the last row is there; null = the rows are the output.</param>
    /// <exception cref="UsageException">There is one already, or a part of one.</exception>
    public static ScoredFile Begin(
        string path,
        SortedDictionary<string, string> run,
        InputPosition first,
        IReadOnlyList<string>? command = null,
        FinalStep? finish = null) => Open(new Place(path, run, first, command ?? [], finish, IsAlone: false), Begin);

    /// <summary>Goes on with an output; begins it if nothing of it is there.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="run">What the run is.</param>
    /// <param name="first">Where the input's first row begins.</param>
    /// <param name="command">What was typed.</param>
    /// <param name="finish">What is done when the last row is there; null = the rows are the output.</param>
    /// <param name="isAlone">Whether the file's name is this run's own, so that it needs no lock and others may read what is
    /// committed.</param>
    /// <exception cref="UsageException">What is there belongs to another run, or was changed since.</exception>
    public static ScoredFile Resume(
        string path,
        SortedDictionary<string, string> run,
        InputPosition first,
        IReadOnlyList<string>? command = null,
        FinalStep? finish = null,
        bool isAlone = false) => Open(new Place(path, run, first, command ?? [], finish, isAlone), Resume);

    /// <summary>Appends rows. They count after the next <see cref="Commit"/>.</summary>
    /// <param name="text">The rows.</param>
    /// <param name="progress">How far the run is with them; what it says about the output is filled in here.</param>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Append(string text, Progress progress)
    {
        _partial.Append(text);
        Progress = progress;
    }

    /// <summary>Appends what stands before the first row.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void AppendHeader(string text)
    {
        _partial.Append(text);
        Progress = Progress with { HeaderLength = _partial.Length };
    }

    /// <summary>Makes what was appended count: first the rows are on the disk, then the journal that says so.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Commit()
    {
        Progress = Progress with { OutputLength = _partial.Length, OutputHash = _partial.Hash };
        _partial.Flush();
        Write();
    }

    /// <summary>Commits and gives the file its name. Nobody else comes near it before that is done.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Finish()
    {
        Progress = Progress with { IsFinished = true };
        Commit();
        if (_finish is null)
        {
            File.Move(PartialOf(Path), Path);
        }
        else
        {
            string made = Path + ".tmp";
            _finish(_partial.FromStart(), made);
            Progress = Progress with { OutputLength = new FileInfo(made).Length, OutputHash = AppendedFile.HashOf(made) };
            File.Move(made, Path, overwrite: true);
            Write();
            File.Delete(PartialOf(Path));
        }

        IsComplete = true;
    }

    /// <summary>Gives the journal a second name.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void CopyJournal(string path) => new Journal(path, Path + ".published").Write(Run, Committed, _command);

    /// <inheritdoc/>
    public void Dispose() => _partial.Dispose();

    /// <summary>Takes the lock, looks at what is there, and gives the lock back if that cannot be used.</summary>
    private static ScoredFile Open(Place place, Func<Place, AppendedFile, ScoredFile> look)
    {
        string path = PartialOf(place.Path);
        AppendedFile partial;
        try
        {
            partial = AppendedFile.Open(path, place.IsAlone);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.CannotOpenOutput(path, e);
        }

        bool isKept = false;
        bool isComplete = false;
        try
        {
            ScoredFile file = look(place, partial);
            isComplete = file.IsComplete;
            isKept = !isComplete;
            return file;
        }
        finally
        {
            if (!isKept)
            {
                // Only the lock was wanted, and the file that stands for it may have been made for that; or its rows are in another file.
                if (partial.FileLength == 0 || isComplete)
                {
                    File.Delete(path);
                }

                partial.Dispose();
            }
        }
    }

    private static ScoredFile Begin(Place place, AppendedFile partial)
    {
        if (File.Exists(place.Path))
        {
            throw Throw.ScoresExist(place.Path);
        }

        if (partial.FileLength > 0)
        {
            throw Throw.UnfinishedRun(place.Path, PartialOf(place.Path));
        }

        Progress start = new() { InputOffset = place.First.Offset, InputLine = place.First.Line };
        ScoredFile file = new(place, partial, start, isComplete: false);
        file.Commit();
        return file;
    }

    private static ScoredFile Resume(Place place, AppendedFile partial)
    {
        (string path, string partialPath, string journalPath) = (place.Path, PartialOf(place.Path), JournalOf(place.Path));
        Journal journal = new(journalPath);
        if (!journal.Exists)
        {
            return File.Exists(path) || partial.FileLength > 0
                ? throw Throw.NoJournal(File.Exists(path) ? path : partialPath, journalPath)
                : Begin(place, partial);
        }

        Progress progress = journal.Read(place.Run);
        if (File.Exists(path))
        {
            return IsMade(path, progress) && (partial.FileLength == 0 || place.Finish is not null)
                ? new ScoredFile(place, partial, progress, isComplete: true)
                : partial.FileLength == 0 && progress.IsFinished ? throw Throw.OutputChanged(path, journalPath, progress)
                : place.Finish is not null && progress.IsFinished ? Keep(place, partial, progress)
                : throw Throw.ScoresExist(path);
        }

        return partial.FileLength > 0 || progress.OutputLength == 0
            ? Keep(place, partial, progress)
            : throw Throw.PartialMissing(partialPath, journalPath, progress.Rows);
    }

    private static bool IsMade(string path, Progress progress)
    {
        try
        {
            return progress.IsFinished && new FileInfo(path).Length == progress.OutputLength
                && AppendedFile.HashOf(path) == progress.OutputHash;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The run that has just given it its name still has it open.
            throw Throw.CannotOpenOutput(path, e);
        }
    }

    private static ScoredFile Keep(Place place, AppendedFile partial, Progress progress)
    {
        // What is finished has nothing behind its last row; what follows there is somebody else's.
        bool isOtherLength = progress.IsFinished && partial.FileLength != progress.OutputLength;
        return !isOtherLength && partial.TryKeep(progress.OutputLength, progress.OutputHash)
            ? new ScoredFile(place, partial, progress, isComplete: false)
            : throw Throw.OutputChanged(PartialOf(place.Path), JournalOf(place.Path), progress);
    }

    private void Write()
    {
        _journal.Write(Run, Progress, _command);
        Committed = Progress;
    }

    /// <summary>What is to be made, where.</summary>
    private sealed record Place(
        string Path,
        SortedDictionary<string, string> Run,
        InputPosition First,
        IReadOnlyList<string> Command,
        FinalStep? Finish,
        bool IsAlone);
}
