namespace ZooPrune.Onnx;

/// <summary>What an image file says about itself. Read without decoding or allocating pixels.</summary>
/// <param name="Format">File format, by the first bytes.</param>
/// <param name="Width">Pixels in a row, &gt; 0, as stored.</param>
/// <param name="Height">Rows, &gt; 0, as stored.</param>
internal readonly record struct ImageHeader(ImageFormat Format, int Width, int Height)
{
    /// <summary>
    /// Reads the header and walks the file's structure to its end marker, so that a file cut off half way is an error rather
    /// than a picture whose lower half is grey.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="maxPixels">Largest width times height that is accepted.</param>
    /// <exception cref="ZooPruneException">Empty, of another format, cut off, malformed or too large.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        if (file.IsEmpty)
        {
            throw Throw.ImageEmpty(name);
        }

        ImageHeader header = PngStructure.Matches(file) ? PngStructure.Read(file, name)
            : JpegStructure.Matches(file) ? JpegStructure.Read(file, name)
            : throw Throw.ImageFormatUnknown(name, file);
        if ((long)header.Width * header.Height > maxPixels)
        {
            throw Throw.ImageTooLarge(name, header.Width, header.Height, maxPixels);
        }

        return header;
    }
}
