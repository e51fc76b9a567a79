using System.Text;
using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>What the beginning of the input says about all of it.</summary>
internal sealed record InputLayout
{
    /// <summary>How rows are written.</summary>
    public required TableFormat Format { get; init; }

    /// <summary>Whether the file begins with the byte order mark of UTF-8.</summary>
    public required bool HasMark { get; init; }

    /// <summary>How its first line ends; "\n" if it does not.</summary>
    public required string LineEnd { get; init; }

    /// <summary>The header's cells; of JSON, if asked for, the properties of the first object.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The header as it stands in the file, without its line ending; empty for JSON.</summary>
    public string Header { get; init; } = "";

    /// <summary>Where the first row begins.</summary>
    public required InputPosition FirstRow { get; init; }

    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How rows are written in it.</param>
    /// <param name="wantsColumns">Whether the properties of JSON objects become columns.</param>
    /// <exception cref="UsageException">It cannot be read, or has no header that makes sense.</exception>
    public static InputLayout Read(string path, TableFormat format, bool wantsColumns)
    {
        int mark = InputFile.LengthOfMark(path);
        using FileStream stream = InputFile.Open(path);
        stream.Position = mark;
        ByteWindow window = new(stream, mark, RowReader.LongestRow);
        return format == TableFormat.JsonLines
            ? ReadJsonLines(path, window, mark, wantsColumns)
            : ReadDelimited(path, window, mark, format);
    }

    private static InputLayout ReadDelimited(string path, ByteWindow window, int mark, TableFormat format)
    {
        DelimitedParser parser = new(TableFormats.Separator(format));
        DelimitedParser.Outcome outcome;
        while ((outcome = parser.Parse(window.Unread, window.IsAtEnd)) == DelimitedParser.Outcome.NeedsMore && !window.IsFull)
        {
            window.Fill();
        }

        if (outcome != DelimitedParser.Outcome.Complete || parser.Length == 0)
        {
            throw Throw.NoHeader(path, TableFormats.Names.NameOf(format));
        }

        ReadOnlySpan<byte> bytes = window.Unread[..parser.LengthWithEnd];
        try
        {
            return new InputLayout
            {
                Format = format,
                HasMark = mark > 0,
                LineEnd = bytes.EndsWith("\r\n"u8) ? "\r\n" : "\n",
                Columns = parser.Cells(bytes, RowReader.Utf8),
                Header = RowReader.Utf8.GetString(bytes[..parser.Length]),
                FirstRow = new InputPosition(mark + bytes.Length, 1 + bytes.Count((byte)'\n')),
            };
        }
        catch (DecoderFallbackException)
        {
            throw Throw.HeaderIsNotUtf8(path);
        }
    }

    private static InputLayout ReadJsonLines(string path, ByteWindow window, int mark, bool wantsColumns)
    {
        int newline;
        while ((newline = window.Unread.IndexOf((byte)'\n')) < 0 && !window.IsAtEnd && !window.IsFull)
        {
            window.Fill();
        }

        InputPosition first = new(mark, 1);
        return new InputLayout
        {
            Format = TableFormat.JsonLines,
            HasMark = mark > 0,
            LineEnd = newline > 0 && window.Unread[newline - 1] == (byte)'\r' ? "\r\n" : "\n",
            Columns = wantsColumns ? FirstObject(path, first) : [],
            FirstRow = first,
        };
    }

    /// <summary>The properties of the first row that is an object.</summary>
    private static string[] FirstObject(string path, InputPosition first)
    {
        using JsonLinesReader reader = new(path, new ColumnNames("", ""), [], [], first);
        while (reader.Read() is { } row)
        {
            if (row.Raw is { } raw)
            {
                using var document = JsonDocument.Parse(raw);
                return [.. document.RootElement.EnumerateObject().Select(property => property.Name).Distinct()];
            }
        }

        throw Throw.NoObject(path);
    }
}
