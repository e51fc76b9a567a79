using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

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
    /// <param name="isAlone">Whether the file's name is this run's own, so that it needs no lock and others may read what is committed.</param>
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
        try
        {
            ScoredFile file = look(place, partial);
            isKept = !file.IsComplete;
            return file;
        }
        finally
        {
            if (!isKept)
            {
                // Only the lock was wanted, and the file that stands for it may have been made for that.
                if (partial.FileLength == 0)
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
            bool isMade = progress.IsFinished && new FileInfo(path).Length == progress.OutputLength
                && AppendedFile.HashOf(path) == progress.OutputHash;
            return isMade && (partial.FileLength == 0 || place.Finish is not null) ? new ScoredFile(place, partial, progress, isComplete: true)
                : partial.FileLength == 0 && progress.IsFinished ? throw Throw.OutputChanged(path, journalPath, progress)
                : place.Finish is not null && progress.IsFinished ? Keep(place, partial, progress)
                : throw Throw.ScoresExist(path);
        }

        return partial.FileLength > 0 || progress.OutputLength == 0
            ? Keep(place, partial, progress)
            : throw Throw.PartialMissing(partialPath, journalPath, progress.Rows);
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

/// <summary>A file that only grows, with the hash of all it holds. Not thread-safe; one process at a time has it open.</summary>
internal sealed class AppendedFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="stream">At its beginning, unbuffered; readable where something is to be kept. Closed with this.</param>
    public AppendedFile(FileStream stream) => _stream = stream;

    /// <summary>Opens a file, or makes it; unbuffered, because rows come in large pieces.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isShared">Whether others may read it; otherwise it is locked.</param>
    /// <exception cref="IOException">Somebody else has it open, or it cannot be opened.</exception>
    public static AppendedFile Open(string path, bool isShared)
    {
        // Windows renames an open file only if that was allowed when it was opened; there, too, nobody else may read or write it.
        FileShare share = isShared ? FileShare.ReadWrite | FileShare.Delete
            : OperatingSystem.IsWindows() ? FileShare.Delete
            : FileShare.None;
        return new AppendedFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0));
    }

    /// <summary>SHA-256 of a file, in hexadecimal.</summary>
    public static string HashOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Copies so many bytes from the beginning of a file, also of one that somebody else appends to.</summary>
    /// <exception cref="IOException">It is shorter, or one of the files cannot be used.</exception>
    public static void CopyStart(string from, string to, long length)
    {
        using SafeFileHandle source = File.OpenHandle(from, share: FileShare.ReadWrite | FileShare.Delete);
        using FileStream target = new(to, FileMode.CreateNew);
        byte[] buffer = new byte[1 << 16];
        for (long done = 0; done < length;)
        {
            int read = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), done);
            target.Write(buffer, 0, read > 0 ? read : throw new EndOfStreamException());
            done += read;
        }
    }

    /// <summary>Bytes in the file, those that are not looked at among them.</summary>
    public long FileLength => _stream.Length;

    /// <summary>Bytes that were kept or appended.</summary>
    public long Length { get; private set; }

    /// <summary>SHA-256 of these bytes, in hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Keeps the beginning of the file and cuts off what follows it: rows that were written and not committed.</summary>
    /// <param name="length">Bytes that stay.</param>
    /// <param name="hash">Their hash.</param>
    /// <returns>Whether the file begins with exactly these bytes. If not, it is left as it was.</returns>
    public bool TryKeep(long length, string hash)
    {
        var buffer = new byte[1 << 16];
        while (Length < length)
        {
            int read = _stream.Read(buffer, 0, (int)Math.Min(buffer.Length, length - Length));
            if (read == 0)
            {
                return false;
            }

            _hash.AppendData(buffer, 0, read);
            Length += read;
        }

        if (Hash != hash)
        {
            return false;
        }

        if (_stream.Length > length)
        {
            _stream.SetLength(length);
        }

        return true;
    }

    /// <summary>Appends text as UTF-8. It is with the operating system on return, and on the disk after <see cref="Flush"/>.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Append(string text)
    {
        byte[] bytes = Utf8.GetBytes(text);
        try
        {
            _stream.Write(bytes);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What .NET makes of a file that has reached the size its file system or the user's limit allows.
            throw new IOException("it would become larger than its file system allows.", e);
        }

        _hash.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>The whole file for reading; nothing may be appended afterwards.</summary>
    public Stream FromStart()
    {
        _stream.Position = 0;
        return _stream;
    }

    /// <summary>Returns when everything is on the disk.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Flush()
    {
        _stream.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }
}
