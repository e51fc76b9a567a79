using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ZooPrune.Onnx.Images;

/// <summary>What stands where the path of an image is expected and is none: a data URI, which holds the file, or an address.</summary>
internal static class ImageAddress
{
    private const string Data = "data:";
    private const string Encoded = ";base64";
    private const string Files = "file:///";

    /// <summary>The file that a data URI holds; null where the text is none.</summary>
    /// <param name="text">A path or a data URI.</param>
    /// <param name="limit">Most bytes of the file.</param>
    /// <param name="pixels">The limit that goes with it, for the message.</param>
    /// <exception cref="ZooPruneException">It is a data URI, and broken or too long.</exception>
    public static byte[]? DataOf(string text, long limit, long pixels)
    {
        if (!text.StartsWith(Data, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        int comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !text.AsSpan(0, comma).TrimEnd().EndsWith(Encoded, StringComparison.OrdinalIgnoreCase))
        {
            throw Throw.DataUriForm(text);
        }

        long length = (text.Length - comma - 1L) / 4 * 3;
        if (length > limit + 3)
        {
            throw Throw.ImageFileTooLong(text, length, limit, pixels);
        }

        // Written into addresses, base64 may have its own letters, signs escaped, and no padding; in tables it may be in lines.
        string content = Uri.UnescapeDataString(text[(comma + 1)..]).Replace('-', '+').Replace('_', '/');
        byte[] ascii = Encoding.Latin1.GetBytes([.. content.Where(letter => !char.IsWhiteSpace(letter) && letter != '=')]);
        byte[] padded = [.. ascii, .. Enumerable.Repeat((byte)'=', (4 - (ascii.Length % 4)) % 4)];
        byte[] file = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        return Base64.DecodeFromUtf8(padded, file, out _, out int written) == OperationStatus.Done
            ? file[..written]
            : throw Throw.DataUriContent(text);
    }

    /// <summary>The path that a text names: of a file: address its path, of anything else itself.</summary>
    /// <exception cref="ZooPruneException">It is an address of the network, which is never fetched unasked.</exception>
    public static string PathOf(string text)
    {
        if (text.StartsWith(Files, StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            return uri.LocalPath;
        }

        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 1 && text.AsSpan(0, scheme).IndexOfAnyExcept(SchemeLetters) < 0 && !File.Exists(text))
        {
            throw Throw.ImageIsAddress(text);
        }

        // A table that was written on Windows.
        string slashed = text.Replace('\\', '/');
        return slashed != text && !File.Exists(text) && File.Exists(slashed) ? slashed : text;
    }

    private static SearchValues<char> SchemeLetters { get; } =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
}
