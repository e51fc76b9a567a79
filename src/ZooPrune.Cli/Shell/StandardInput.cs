namespace ZooPrune.Shell;

/// <summary>Standard input: a picture that is piped in, or lines that are typed. One or the other is read, once.</summary>
/// <param name="open">Opens it.</param>
/// <param name="isTerminal">Whether it is the keyboard.</param>
internal sealed class StandardInput(Func<Stream> open, bool isTerminal)
{
    /// <summary>What is typed in place of a picture's name.</summary>
    public const string Name = "-";

    // Room for metadata besides four bytes a pixel, as the engine has for files.
    private const long MostMetadata = 16 << 20;

    private TextReader? _lines;

    /// <summary>That of this process.</summary>
    public static StandardInput OfProcess { get; } = new(Console.OpenStandardInput, !Console.IsInputRedirected);

    /// <summary>Whether it is the keyboard.</summary>
    public bool IsTerminal { get; } = isTerminal;

    /// <summary>All of it, which is to be a picture.</summary>
    /// <param name="maxPixels">Most pixels that are decoded; more than four bytes for each are not read.</param>
    /// <exception cref="UsageException">It is the keyboard, empty or too long.</exception>
    public byte[] ReadPicture(long maxPixels)
    {
        if (IsTerminal)
        {
            throw Throw.NothingPiped();
        }

        long limit = Math.Min(Array.MaxLength, (4 * Math.Min(maxPixels, Array.MaxLength)) + MostMetadata);
        using Stream stream = open();
        using var file = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        for (int length; (length = stream.Read(piece)) > 0;)
        {
            file.Write(piece.AsSpan(0, length));
            if (file.Length > limit)
            {
                throw Throw.PipedTooLong(limit);
            }
        }

        return file.Length > 0 ? file.ToArray() : throw Throw.PipedEmpty();
    }

    /// <summary>The next line; null at its end.</summary>
    public string? ReadLine() => (_lines ??= IsTerminal ? Console.In : new StreamReader(open())).ReadLine();
}
