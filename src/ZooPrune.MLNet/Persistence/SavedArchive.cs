using System.IO.Compression;
using System.Text.Json;

namespace ZooPrune.MLNet;

/// <summary>A saved file that is open for reading. Whoever made it may mean harm: it has the entries that it should have and no others,
/// none of them compressed, and their names, sizes and hashes are checked before their content is used. Not thread-safe.</summary>
internal sealed class SavedArchive : IDisposable
{
    private const int MostDescriptionBytes = 4 << 20;
    private const int MostParts = 1000;
    private const int LongestName = 200;

    private readonly FileStream _stream;
    private readonly ZipArchive _archive;

    private SavedArchive(string path, FileStream stream, ZipArchive archive)
    {
        Path = path;
        _stream = stream;
        _archive = archive;
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="ZooPruneException">It is missing, or no archive that ZooPruneModel.Save wrote.</exception>
    public static SavedArchive Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = RegularFile.Open(path);
            var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            CheckEntries(archive, path, stream.Length);
            return new SavedArchive(path, stream, archive);
        }
        catch (Exception exception)
        {
            stream?.Dispose();
            throw exception switch
            {
                FileNotFoundException => Throw.NoSuchSave(path),
                InvalidDataException => Throw.NotASave(path, "is no zip file", exception),
                IOException when stream is null => Throw.BrokenSave(path, "it cannot be opened", exception),
                ZooPruneException => exception,
                _ => Throw.BrokenSave(path, "it cannot be read as a zip file", exception),
            };
        }
    }

    /// <summary>Reads what the file says about the chain, and checks that it says what it has.</summary>
    /// <exception cref="ZooPruneException">It is of a later version, or makes no sense.</exception>
    public SavedChain ReadDescription()
    {
        ZipArchiveEntry entry = _archive.GetEntry(SavedChain.FileName)!;
        if (entry.Length > MostDescriptionBytes)
        {
            throw Throw.BrokenSave(
                Path,
                FormattableString.Invariant($"{SavedChain.FileName} has {entry.Length:N0} bytes, more than {MostDescriptionBytes:N0}"));
        }

        try
        {
            using Stream stream = entry.Open();
            var options = new JsonDocumentOptions { MaxDepth = SavedJson.Plain.MaxDepth, AllowDuplicateProperties = false };
            using JsonDocument document = JsonDocument.Parse(stream, options);
            CheckVersion(document.RootElement);
            SavedChain saved = document.RootElement.Deserialize<SavedChain>(SavedJson.Plain)!;
            CheckFiles(saved);
            return saved;
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidDataException or InvalidOperationException or KeyNotFoundException or FormatException
                or NotSupportedException or ArgumentException or OverflowException)
        {
            throw Throw.BrokenSave(Path, $"{SavedChain.FileName} cannot be read", exception);
        }
    }

    /// <summary>Copies an entry to a file.</summary>
    /// <param name="name">Name of the entry.</param>
    /// <param name="saved">What it should be.</param>
    /// <param name="target">Full path of the new file.</param>
    /// <exception cref="ZooPruneException">It is something else.</exception>
    public void Unpack(string name, SavedFile saved, string target)
    {
        try
        {
            using Stream source = _archive.GetEntry(name)!.Open();
            using FileStream copy = File.Create(target);
            source.CopyTo(copy);
        }
        catch (InvalidDataException exception)
        {
            throw Throw.BrokenSave(Path, $"{name} cannot be read", exception);
        }

        if (ModelFiles.Measure(target, saved.Name) != saved)
        {
            throw Throw.BrokenSave(Path, $"{name} has not the length or the SHA-256 that was saved");
        }
    }

    public void Dispose()
    {
        _archive.Dispose();
        _stream.Dispose();
    }

    private static void CheckEntries(ZipArchive archive, string path, long bytes)
    {
        if (archive.GetEntry(SavedChain.FileName) is null)
        {
            throw Throw.NotASave(path, $"has no {SavedChain.FileName}");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        long total = 0;
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            if (!names.Add(entry.FullName))
            {
                throw Throw.BrokenSave(path, $"the entry '{Throw.Shorten(entry.FullName)}' is there twice");
            }

            // What is not compressed cannot grow; what overlaps is longer in sum than the file.
            total += Math.Min(entry.Length, bytes + 1);
            if (entry.Length != entry.CompressedLength || total > bytes)
            {
                throw Throw.BrokenSave(path, $"the entry '{Throw.Shorten(entry.FullName)}' is compressed or overlaps another");
            }
        }
    }

    private void CheckVersion(JsonElement root)
    {
        if (root.GetProperty("format"u8).GetString() != SavedChain.FormatName)
        {
            throw Throw.NotASave(Path, $"has a {SavedChain.FileName} of another format");
        }

        int version = root.GetProperty("version"u8).GetInt32();
        if (version != SavedChain.CurrentVersion)
        {
            throw Throw.UnknownSaveVersion(Path, version, SavedChain.CurrentVersion);
        }
    }

    /// <summary>The description names every other entry, once, and nothing that is not there.</summary>
    private void CheckFiles(SavedChain saved)
    {
        const int HashDigits = 64;
        // The serializer checks everything for null but what is in a list.
        bool isFull = !saved.Schema.Contains(null!) && !saved.Parts.Contains(null!) && !saved.Models.Contains(null!);
        Require(isFull, "a list has an empty place");
        Require(saved.Parts.Count + saved.Models.Count <= MostParts, $"it has more than {MostParts} parts and models");
        var expected = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { SavedChain.FileName };
        for (int i = 0; i < saved.Parts.Count; i++)
        {
            if (saved.Parts[i].File is { } file)
            {
                CheckName(file.Name);
                Require(file.Name == SavedChain.PartName(i), $"part {i} is called '{Throw.Shorten(file.Name)}'");
                expected.Add(file.Name);
            }
        }

        for (int i = 0; i < saved.Models.Count; i++)
        {
            SavedModel model = saved.Models[i];
            Require(!model.Files.Contains(null!), "a list has an empty place");
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (SavedFile file in model.Files)
            {
                CheckName(file.Name);
                Require(file.Sha256.Length == HashDigits, $"the file '{file.Name}' of a model has no SHA-256");
                Require(names.Add(file.Name), $"the file '{file.Name}' of a model is there twice");
                if (model.Folder is null)
                {
                    expected.Add(SavedChain.ModelFileName(i, file));
                }
            }
        }

        foreach (ZipArchiveEntry entry in _archive.Entries.Where(entry => !LoadSignpost.Entries.Contains(entry.FullName)))
        {
            Require(expected.Remove(entry.FullName), $"nothing is said about the entry '{Throw.Shorten(entry.FullName)}'");
        }

        Require(expected.Count == 0, $"the entry '{expected.FirstOrDefault()}' is missing");
    }

    /// <summary>A name must not lead out of the folder that it is unpacked to, on any system.</summary>
    private void CheckName(string name) => Require(
        name.Length is > 0 and <= LongestName
        && !name.Contains('\\') && !name.Contains(':') && !name.Any(char.IsControl)
        && Array.TrueForAll(name.Split('/'), part => part.Trim().Length > 0 && part.Trim('.').Length > 0),
        $"'{Throw.Shorten(name)}' is no name of a file in it");

    private void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw Throw.BrokenSave(Path, what);
        }
    }
}

/// <summary>A file that is deleted when this is disposed.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
