using System.Security.Cryptography;
using System.Text;

namespace ZooPrune.Samples;

/// <summary>
/// The output of a run. Rows go into a partial file beside it, the journal says up to where they count, and when the last one is there
/// the partial file gets the output's name. Not thread-safe.
/// </summary>
internal sealed class ScoredFile : IDisposable
{
    private readonly string _path;
    private readonly string _partialPath;
    private readonly Journal _journal;
    private readonly SortedDictionary<string, string> _run;
    private readonly AppendedFile _partial;

    private ScoredFile(string path, SortedDictionary<string, string> run, AppendedFile partial, Progress progress)
    {
        _path = path;
        _partialPath = PartialOf(path);
        _journal = new Journal(JournalOf(path));
        _run = run;
        _partial = partial;
        Progress = progress;
        Committed = progress;
    }

    /// <summary>How far the file is.</summary>
    public Progress Progress { get; private set; }

    /// <summary>How far the journal says it is: this survives whatever happens.</summary>
    public Progress Committed { get; private set; }

    /// <summary>The file that takes the rows.</summary>
    public static string PartialOf(string path) => path + ".partial";

    /// <summary>The file that says how far they are.</summary>
    public static string JournalOf(string path) => path + ".journal";

    /// <summary>Begins an output.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="run">What the run is.</param>
    /// <param name="first">Where the input's first row begins.</param>
    /// <exception cref="UsageException">There is one already, or a part of one.</exception>
    public static ScoredFile Begin(string path, SortedDictionary<string, string> run, InputPosition first)
    {
        if (File.Exists(path))
        {
            throw Throw.OutputExists(path);
        }

        if (File.Exists(PartialOf(path)) && new FileInfo(PartialOf(path)).Length > 0)
        {
            throw Throw.UnfinishedRun(path, PartialOf(path));
        }

        AppendedFile partial = Open(PartialOf(path), FileMode.OpenOrCreate);
        ScoredFile file = new(path, run, partial, new Progress { InputOffset = first.Offset, InputLine = first.Line });
        file.Commit();
        return file;
    }

    /// <summary>Goes on with an output; begins it if nothing of it is there.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="run">What the run is.</param>
    /// <param name="first">Where the input's first row begins.</param>
    /// <exception cref="UsageException">What is there belongs to another run, or was changed since.</exception>
    public static ScoredFile Resume(string path, SortedDictionary<string, string> run, InputPosition first)
    {
        Journal journal = new(JournalOf(path));
        string partialPath = PartialOf(path);
        if (!journal.Exists)
        {
            return File.Exists(path) || File.Exists(partialPath) && new FileInfo(partialPath).Length > 0
                ? throw Throw.NoJournal(File.Exists(path) ? path : partialPath, JournalOf(path))
                : Begin(path, run, first);
        }

        Progress progress = journal.Read(run);
        if (File.Exists(path))
        {
            return progress.IsFinished && !File.Exists(partialPath)
                ? Keep(path, run, progress, path)
                : throw Throw.OutputExists(path);
        }

        return File.Exists(partialPath)
            ? Keep(path, run, progress, partialPath)
            : throw Throw.PartialMissing(partialPath, JournalOf(path), progress.Rows);
    }

    /// <summary>Appends rows. They count after the next <see cref="Commit"/>.</summary>
    /// <param name="text">The rows.</param>
    /// <param name="progress">How far the run is with them; what it says about the output is filled in here.</param>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Append(string text, Progress progress)
    {
        _partial.Append(text);
        Progress = progress;
    }

    /// <summary>Makes what was appended count: first the rows are on the disk, then the journal that says so.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Commit()
    {
        Progress = Progress with { OutputLength = _partial.Length, OutputHash = _partial.Hash };
        _partial.Flush();
        _journal.Write(_run, Progress);
        Committed = Progress;
    }

    /// <summary>Commits and gives the file its name.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Finish()
    {
        Progress = Progress with { IsFinished = true };
        Commit();
        _partial.Dispose();
        if (File.Exists(_partialPath))
        {
            File.Move(_partialPath, _path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _partial.Dispose();

    private static ScoredFile Keep(string path, SortedDictionary<string, string> run, Progress progress, string file)
    {
        AppendedFile kept = Open(file, FileMode.Open);

        // A finished file has nothing behind its last row; what follows there is somebody else's.
        bool isOtherLength = progress.IsFinished && new FileInfo(file).Length != progress.OutputLength;
        if (isOtherLength || !kept.TryKeep(progress.OutputLength, progress.OutputHash))
        {
            kept.Dispose();
            throw Throw.OutputChanged(file, JournalOf(path), progress);
        }

        return new ScoredFile(path, run, kept, progress);
    }

    /// <summary>Opens it for this process alone; unbuffered, because rows come in large pieces.</summary>
    private static AppendedFile Open(string path, FileMode mode)
    {
        try
        {
            return new AppendedFile(new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.CannotOpenOutput(path, e);
        }
    }
}

/// <summary>A file that only grows, with the hash of all it holds. Not thread-safe; one process at a time has it open.</summary>
internal sealed class AppendedFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="stream">At its beginning, unbuffered; readable where something is to be kept. Closed with this.</param>
    public AppendedFile(FileStream stream) => _stream = stream;

    /// <summary>Bytes in the file.</summary>
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
