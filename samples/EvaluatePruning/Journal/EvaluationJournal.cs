using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>
/// A file that takes the answers of an evaluation image by image, so that a run that was interrupted, even killed, goes on where it was:
/// a header line, then one line an image. Safe for several threads; one run at a time.
/// </summary>
internal sealed class EvaluationJournal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly Dictionary<string, ImageAnswers> _answered = new(StringComparer.Ordinal);

    private EvaluationJournal(string path, FileStream file)
    {
        Location = path;
        _file = file;
    }

    /// <summary>Where it is.</summary>
    public string Location { get; }

    /// <summary>Images in the journal, from this run and those before.</summary>
    public int Count { get; private set; }

    /// <summary>Opens a journal or begins one. A last line that is not whole is what a killed run was writing; it is cut off.</summary>
    /// <param name="path">The file; need not exist.</param>
    /// <param name="header">What this run's answers depend on.</param>
    /// <param name="settings">This run's settings.</param>
    /// <param name="questionCounts">How many questions there are about each image.</param>
    /// <exception cref="UsageException">It cannot be opened, belongs to another run, is damaged, or is no journal.</exception>
    public static EvaluationJournal Open(
        string path, JournalHeader header, IReadOnlyList<Setting> settings, IReadOnlyDictionary<string, int> questionCounts)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Throw.JournalInUse(path, e);
        }

        EvaluationJournal journal = new(path, file);
        try
        {
            journal.Load(header, settings, questionCounts);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>The answers that were in the journal when it was opened, once; null if it had none about that image.</summary>
    public ImageAnswers? TakeAnswered(string image) => _answered.Remove(image, out ImageAnswers? answers) ? answers : null;

    /// <summary>Adds the answers about one image; they survive the end of this process, however it comes.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public void Add(ImageAnswers answers)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(answers, EvaluationJson.Strict), (byte)'\n'];
        lock (_gate)
        {
            Write(line);
            Count++;
        }
    }

    public void Dispose() => _file.Dispose();

    private void Load(JournalHeader header, IReadOnlyList<Setting> settings, IReadOnlyDictionary<string, int> questionCounts)
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        byte[] headerLine = header.ToLine();
        int whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (whole == 0)
        {
            // Nothing, or the beginning of our own header; anything else is somebody's file and stays as it is.
            if (!headerLine.AsSpan().StartsWith(bytes))
            {
                throw Throw.JournalIsNone(Location);
            }

            _file.SetLength(0);
            Write(headerLine);
            return;
        }

        int number = 0;
        for (int start = 0; start < whole;)
        {
            int end = start + bytes.AsSpan(start).IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = bytes.AsSpan(start, end - start);
            number++;
            start = end + 1;
            if (number == 1)
            {
                CheckHeader(JournalHeader.Parse(line) ?? throw Throw.JournalIsNone(Location), header);
            }
            else if (line.Trim(" \r\t"u8).Length > 0)
            {
                Take(number, line, settings, questionCounts);
            }
        }

        _file.SetLength(whole);
        _file.Position = whole;
    }

    private void CheckHeader(JournalHeader found, JournalHeader expected)
    {
        if (expected.Difference(found) is { } name)
        {
            throw Throw.JournalDiffers(Location, name, found.Entry(name), expected.Entry(name));
        }
    }

    private void Take(int number, ReadOnlySpan<byte> line, IReadOnlyList<Setting> settings, IReadOnlyDictionary<string, int> questionCounts)
    {
        ImageAnswers answers;
        try
        {
            answers = JsonSerializer.Deserialize<ImageAnswers>(line, EvaluationJson.Strict) ?? throw Throw.JournalLine(Location, number, "it is null");
        }
        catch (JsonException e)
        {
            throw Throw.JournalLine(Location, number, e.Message);
        }

        bool fits = questionCounts.TryGetValue(answers.Image, out int questions)
            && answers.Settings.Count == settings.Count
            && answers.Settings.Zip(settings).All(pair =>
                pair.First?.Texts.Count == pair.Second.Seeds
                && pair.First.Texts.All(texts => texts?.Count == questions && texts.All(text => text is not null)));
        if (!fits || !_answered.TryAdd(answers.Image, answers))
        {
            throw Throw.JournalLine(
                Location,
                number,
                fits ? $"it is a second one about '{answers.Image}'" : "it does not hold one answer a question and setting");
        }

        Count++;
    }

    private void Write(byte[] line)
    {
        try
        {
            _file.Write(line);
            _file.Flush();
        }
        catch (IOException e)
        {
            throw Throw.JournalWrite(Location, e);
        }
    }
}
