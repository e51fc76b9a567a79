namespace ZooPrune.Onnx.Images;

/// <summary>Reads image files. Only regular files are opened: a pipe would hang for ever, a device has no end.</summary>
internal static class ImageFile
{
    // What metadata may take besides the pixels: profiles, thumbnails, a short video.
    private const long MostMetadata = 16 << 20;

    private const int HeadLength = 4096;

    /// <summary>The whole file that a path names or a data URI holds, once its first bytes are those of a format that is decoded.</summary>
    /// <param name="name">Path, which may be a link, a file: address, or a data URI.</param>
    /// <param name="maxPixels">Most pixels; a file that has more than four bytes for each is not read.</param>
    /// <param name="mayBeOther">Whether other formats give an empty array; otherwise they are an error.</param>
    /// <exception cref="ZooPruneException">It is an address of the network, missing, a folder, empty, no regular file, too long, unreadable, or of another
    /// format.</exception>
    public static byte[] Read(string name, long maxPixels, bool mayBeOther = false)
    {
        long limit = LongestFile(maxPixels);
        if (ImageAddress.DataOf(name, limit, maxPixels) is { } data)
        {
            return ImageStructure.FormatOf(data) is not null ? data : mayBeOther ? [] : throw Throw.ImageFormatUnknown(name, data);
        }

        string path = ImageAddress.PathOf(name);
        try
        {
            using FileStream stream = Open(path);
            if (stream.Length > limit)
            {
                throw Throw.ImageFileTooLong(path, stream.Length, limit, maxPixels);
            }

            byte[] head = new byte[Math.Min(HeadLength, stream.Length)];
            int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (ImageStructure.FormatOf(head.AsSpan(0, length)) is null)
            {
                return mayBeOther ? [] : throw Throw.ImageFormatUnknown(path, head.AsSpan(0, length));
            }

            // No more is read than the file said when it was opened, so a file that grows has an end.
            byte[] file = new byte[stream.Length];
            head.AsSpan(0, length).CopyTo(file);
            length += stream.ReadAtLeast(file.AsSpan(length), file.Length - length, throwOnEndOfStream: false);
            return length == file.Length ? file : file[..length];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Throw.ImageMissing(path);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException)
        {
            throw Throw.ImageUnreadable(path, exception);
        }
    }

    /// <summary>All that a stream has left, up to the limit: what it says of its length proves nothing.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="maxPixels">Most pixels; a file that has more than four bytes for each is not read.</param>
    /// <param name="cancellation">Looked at after each piece.</param>
    /// <exception cref="ZooPruneException">It is of another format or too long.</exception>
    public static byte[] Read(Stream stream, string name, long maxPixels, CancellationToken cancellation = default)
    {
        long limit = LongestFile(maxPixels);
        using var file = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        for (int length; (length = stream.Read(piece)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(piece.AsSpan(0, length));
            if (file.Length >= HeadLength && file.Length - length < HeadLength && ImageStructure.FormatOf(file.GetBuffer()) is null)
            {
                throw Throw.ImageFormatUnknown(name, file.GetBuffer().AsSpan(0, HeadLength));
            }

            if (file.Length > limit)
            {
                throw Throw.ImageFileTooLong(name, file.Length, limit, maxPixels);
            }
        }

        return file.ToArray();
    }

    private static long LongestFile(long maxPixels) =>
        Math.Min(Array.MaxLength, (4 * Math.Min(maxPixels, Array.MaxLength)) + MostMetadata);

    private static FileStream Open(string path)
    {
        return RegularFile.KindOf(path) switch
        {
            FileKind.Folder => throw Throw.ImageIsFolder(path),
            FileKind.Empty => throw Throw.ImageEmptyFile(path),
            _ => RegularFile.Open(path, FileShare.ReadWrite | FileShare.Delete),
        };
    }
}
