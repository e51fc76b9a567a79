using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ZooPrune.Serving;

namespace ZooPrune.Samples;

/// <summary>What a request asks, read part by part while it arrives: what is too large is refused before all of it is there, and nothing is
/// written to disk.</summary>
/// <param name="Image">The picture's file; null if <paramref name="Sample"/> names one.</param>
/// <param name="Sample">Name of a picture that the server offers.</param>
/// <param name="Question">What is asked, not empty.</param>
/// <param name="Keep">Visual tokens to keep, 1 or more.</param>
internal sealed record AnswerForm(byte[]? Image, string? Sample, string Question, int Keep)
{
    private const int PartsAllowed = 4;
    private const int LongestBoundary = 70;
    private const int LongestField = 4096;

    /// <summary>So many bytes tell what a file is.</summary>
    private const int HeadLength = 12;

    /// <summary>Reads and checks the form.</summary>
    /// <exception cref="Refusal">It is not what is expected.</exception>
    public static async Task<AnswerForm> ReadAsync(
        HttpRequest request, ServerOptions options, int tokenCount, BytesInFlight.Room room, CancellationToken cancellation)
    {
        if (request.ContentLength > options.MaxImageBytes + (PartsAllowed * LongestField))
        {
            throw Refusal.ImageTooLarge(options.MaxImageBytes);
        }

        try
        {
            var reader = new MultipartReader(Boundary(request), request.Body) { HeadersCountLimit = 4 };
            return await ReadPartsAsync(reader, options, tokenCount, room, cancellation);
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Refusal.ImageTooLarge(options.MaxImageBytes)
                : Refusal.TransferFailed(e.StatusCode);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Refusal.NoForm();
        }
    }

    private static async Task<AnswerForm> ReadPartsAsync(
        MultipartReader reader, ServerOptions options, int tokenCount, BytesInFlight.Room room, CancellationToken cancellation)
    {
        byte[]? image = null;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadNextSectionAsync(cancellation) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out ContentDispositionHeaderValue? disposition))
            {
                throw Refusal.NoForm("a part has no name");
            }

            string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name == "image" && image is null)
            {
                image = await ReadImageAsync(part.Body, disposition.FileName.Value, options.MaxImageBytes, room, cancellation);
            }
            else if (!(name is "sample" or "question" or "keep" && fields.TryAdd(name, await ReadTextAsync(part.Body, cancellation))))
            {
                throw Refusal.NoForm("a part is unknown or there twice");
            }
        }

        string? sample = fields.GetValueOrDefault("sample");
        return image is null == sample is null
            ? throw Refusal.NoImage()
            : new AnswerForm(image, sample, CheckedQuestion(fields, options.MaxQuestionLength), CheckedKeep(fields, tokenCount));
    }

    private static string Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal.NoForm();
        }

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= LongestBoundary ? boundary : throw Refusal.NoForm("its boundary is missing or too long");
    }

    private static async Task<byte[]> ReadImageAsync(
        Stream body, string? fileName, int limit, BytesInFlight.Room room, CancellationToken cancellation)
    {
        using var file = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (file.Length + read > limit)
            {
                throw Refusal.ImageTooLarge(limit);
            }

            if (!room.TryTake(read))
            {
                throw Refusal.TooManyBytes();
            }

            file.Write(buffer, 0, read);

            // Nobody sends ten megabytes to be told that the first bytes are wrong.
            if (file.Length >= HeadLength)
            {
                CheckFormat(file.GetBuffer().AsSpan(0, HeadLength), HeaderUtilities.RemoveQuotes(fileName).ToString());
            }
        }

        return file.Length >= HeadLength ? file.ToArray() : throw Refusal.NotAnImage(HeaderUtilities.RemoveQuotes(fileName).ToString());
    }

    /// <summary>Says what a file is where it is no picture, or one of a format that is not decoded.</summary>
    private static void CheckFormat(ReadOnlySpan<byte> head, string name)
    {
        if (!IsImage(head))
        {
            throw head[4..].StartsWith("ftypavif"u8) ? Refusal.FormatNotTaken(name, "AVIF")
                : head[4..].StartsWith("ftyphei"u8) || head[4..].StartsWith("ftypmif1"u8) ? Refusal.FormatNotTaken(name, "HEIC")
                : head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) ? Refusal.FormatNotTaken(name, "TIFF")
                : Refusal.NotAnImage(name);
        }
    }

    /// <summary>Whether a file starts as PNG, JPEG, GIF, WebP or BMP.</summary>
    private static bool IsImage(ReadOnlySpan<byte> file) => file is [0x89, (byte)'P', (byte)'N', (byte)'G', ..]
        || file is [0xFF, 0xD8, 0xFF, ..] || file.StartsWith("GIF8"u8) || file.StartsWith("RIFF"u8) || file.StartsWith("BM"u8);

    private static async Task<string> ReadTextAsync(Stream body, CancellationToken cancellation)
    {
        byte[] buffer = new byte[LongestField + 1];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= LongestField ? Encoding.UTF8.GetString(buffer, 0, length) : throw Refusal.NoForm("a field is too long");
    }

    private static string CheckedQuestion(Dictionary<string, string> fields, int limit)
    {
        string question = fields.GetValueOrDefault("question", "").Trim();
        return question.Length == 0 ? throw Refusal.NoQuestion()
            : question.Length <= limit ? question
            : throw Refusal.QuestionTooLong(limit);
    }

    private static int CheckedKeep(Dictionary<string, string> fields, int tokenCount) =>
        int.TryParse(fields.GetValueOrDefault("keep"), NumberStyles.None, CultureInfo.InvariantCulture, out int keep)
        && keep >= 1
        && keep <= tokenCount
            ? keep
            : throw Refusal.BadKeep(tokenCount);
}
