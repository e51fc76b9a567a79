using System.Text;
using System.Text.Json;
using CsvHelper;

namespace ZooPrune.Cli;

/// <summary>What the beginning of the input says about all of it.</summary>
internal sealed record InputLayout
{
    /// <summary>How rows are written.</summary>
    public required TableFormat Format { get; init; }

    /// <summary>What stands between two cells; of no meaning for JSON.</summary>
    public char Separator { get; init; }

    /// <summary>Whether the file begins with the byte order mark of UTF-8.</summary>
    public required bool HasMark { get; init; }

    /// <summary>How its first line ends; "\n" if it does not.</summary>
    public required string LineEnd { get; init; }

    /// <summary>The header's cells; of JSON, if asked for, the properties of the first object.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Of Parquet, what the values of these columns are; otherwise empty: texts.</summary>
    public IReadOnlyList<Type> Types { get; init; } = [];

    /// <summary>Columns of the input that the output leaves out.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Rows of the file, where that is known without reading it.</summary>
    public long? Rows { get; init; }

    /// <summary>The header as it stands in the file, without its line ending; empty for JSON.</summary>
    public string Header { get; init; } = "";

    /// <summary>Where the first row begins.</summary>
    public required InputPosition FirstRow { get; init; }

    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How rows are written in it.</param>
    /// <param name="wantsColumns">Whether the properties of JSON objects become columns.</param>
    /// <param name="separator">What stands between cells; null = what the file looks like.</param>
    /// <exception cref="UsageException">It cannot be read, or has no header that makes sense.</exception>
    public static InputLayout Read(string path, TableFormat format, bool wantsColumns, char? separator = null)
    {
        if (format != TableFormat.JsonLines && File.Exists(path) && new FileInfo(path).Length == 0)
        {
            throw Throw.NoHeader(path, TableFormats.Names.NameOf(format));
        }

        bool hasMark = InputFile.HasMark(path);
        using FileStream stream = InputFile.Open(path);
        return format == TableFormat.JsonLines
            ? ReadJsonLines(path, stream, hasMark, wantsColumns)
            : ReadDelimited(path, stream, hasMark, format, separator);
    }

    private static InputLayout ReadDelimited(string path, FileStream stream, bool hasMark, TableFormat format, char? separator)
    {
        (long start, char? told) = SeparatorLine(stream);
        char? known = separator ?? told;
        return ReadDelimited(path, stream, hasMark, format, known ?? TableFormats.Separator(format), known is not null, start);
    }

    /// <summary>The line "sep=;" that Excel writes and reads before the header.</summary>
    /// <returns>Where the header begins, and the separator; 0 and null where there is no such line.</returns>
    private static (long Start, char? Separator) SeparatorLine(FileStream stream)
    {
        Span<byte> start = stackalloc byte[16];
        start = start[..RandomAccess.Read(stream.SafeFileHandle, start, 0)];
        long mark = start is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        long end = InputFile.FindLineEnd(stream, mark);
        return end <= start.Length
            && Encoding.Latin1.GetString(start[(int)mark..(int)end]).Trim('"') is ['s' or 'S', 'e' or 'E', 'p' or 'P', '=', var separator]
            ? (end + InputFile.LineEndAt(stream, end).Length, separator)
            : (0, null);
    }

    // A separator of null is the one that the file looks like.
    private static InputLayout ReadDelimited(
        string path, FileStream stream, bool hasMark, TableFormat format, char? separator, bool isGiven, long start)
    {
        stream.Position = start;
        CsvReaderOptions options = RowReader.Options with { Separator = separator };
        using var reader = CsvReader.Create(stream, options, leaveOpen: true);
        try
        {
            if (!reader.Read() || DelimitedReader.QuoteProblemOf(reader, line: 1) is not null)
            {
                throw Throw.NoHeader(path, TableFormats.Names.NameOf(format));
            }

            // Two columns at least are needed: a header of one cell is separated by something else.
            if (reader.FieldCount == 1 && separator is not null && !isGiven)
            {
                return ReadDelimited(path, stream, hasMark, format, null, isGiven, start);
            }

            long end = start + reader.ByteOffset + reader.RawRecord.Length;
            string lineEnd = InputFile.LineEndAt(stream, end);
            return new InputLayout
            {
                Format = format,
                Separator = reader.Separator,
                HasMark = hasMark,
                LineEnd = lineEnd == "\r\n" ? lineEnd : "\n",
                Columns = DelimitedReader.CellsOf(reader),
                Header = RowReader.Utf8.GetString(reader.RawRecord),
                FirstRow = new InputPosition(
                    end + lineEnd.Length, reader.LineNumber + 1 + reader.RawRecord.Count((byte)'\n') + (start > 0 ? 1 : 0)),
            };
        }
        catch (DecoderFallbackException)
        {
            throw Throw.HeaderIsNotUtf8(path);
        }
        catch (CsvFormatException)
        {
            throw Throw.NoHeader(path, TableFormats.Names.NameOf(format));
        }
    }

    private static InputLayout ReadJsonLines(string path, FileStream stream, bool hasMark, bool wantsColumns)
    {
        InputPosition first = new(0, 1);
        return new InputLayout
        {
            Format = TableFormat.JsonLines,
            HasMark = hasMark,
            LineEnd = InputFile.LineEndAt(stream, InputFile.FindLineEnd(stream, 0)) == "\r\n" ? "\r\n" : "\n",
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
