using System.Text;
using CsvHelper;

namespace ZooPrune.Cli;

/// <summary>
/// Reads the rows of a file one after the other, never more than one of them at a time. CsvHelper cuts the file into rows. A row that
/// cannot be read comes out with its error in it, and the next one begins on the next line. Not thread-safe.
/// </summary>
internal abstract class RowReader : IRowReader
{
    /// <summary>Longest row in bytes: one that holds a picture of 12 MB as a data URI.</summary>
    public const int LongestRow = 1 << 24;

    private readonly FileStream _stream;
    private readonly CsvReaderOptions _options;
    private CsvReader _reader = null!;
    private long _bytesBefore;
    private long _linesBefore;
    private InputPosition _position;
    private bool _isTooLong;
    private bool _isAtEnd;

    /// <param name="path">The file.</param>
    /// <param name="options"><see cref="Options"/> and what stands between cells.</param>
    /// <param name="position">Where the next row begins.</param>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    protected RowReader(string path, CsvReaderOptions options, InputPosition position)
    {
        _stream = InputFile.Open(path);
        _options = options;
        GoTo(position);
    }

    /// <summary>How files are cut into rows, but for what stands between cells. A header is a row like any other.</summary>
    public static CsvReaderOptions Options { get; } = new() { HasHeader = false, TrackLineNumbers = true, MaxRecordSize = LongestRow };

    /// <summary>Fails on bytes that are no UTF-8, where the default would put question marks.</summary>
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The next row; null at the end of the file. Blank lines are skipped.</summary>
    public InputRow? Read() => Next(isRead: true);

    /// <inheritdoc/>
    public InputPosition? Skip() => Next(isRead: false)?.End;

    private InputRow? Next(bool isRead)
    {
        if (_isAtEnd)
        {
            return null;
        }

        InputPosition start = _position;
        if ((_isTooLong ? Throw.RowTooLong(start.Line, LongestRow) : ProblemOf(_reader, start.Line)) is { } problem)
        {
            long lineEnd = InputFile.FindLineEnd(_stream, start.Offset);
            if (!_isTooLong && lineEnd >= start.Offset + _reader.RawRecord.Length)
            {
                GoOn(lineEnd);
            }
            else
            {
                GoTo(new InputPosition(lineEnd + 1, start.Line + 1));
            }

            return new InputRow { Line = start.Line, End = _position, Error = problem };
        }

        InputRow row = isRead ? Parse(_reader, start.Line) : new InputRow { Line = start.Line };
        GoOn(start.Offset + _reader.RawRecord.Length);
        return row with { End = _position };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    /// <summary>Why the row cannot even be cut into cells, which costs its first line and no more; null = it can.</summary>
    protected virtual string? ProblemOf(CsvReader row, long line) => null;

    /// <summary>The row that the reader is on, good or bad.</summary>
    protected abstract InputRow Parse(CsvReader row, long line);

    /// <summary>A row that is good only if it can be asked.</summary>
    protected static InputRow Check(InputRow row, ColumnNames columns) => row switch
    {
        { Error: not null } => row,
        _ when string.IsNullOrWhiteSpace(row.Image) =>
            row with { Error = Throw.EmptyCell($"Line {row.Line}", columns.Image, "the path of an image") },
        _ when string.IsNullOrWhiteSpace(row.Question) =>
            row with { Error = Throw.EmptyCell($"Line {row.Line}", columns.Question, "a question") },
        _ => row,
    };

    private void GoTo(InputPosition position)
    {
        // From the line end before it, which is skipped as a blank line: a byte order mark is one at the file's beginning only.
        bool followsLineEnd = position.Offset > 0 && position.Offset < _stream.Length;
        _bytesBefore = Math.Min(position.Offset, _stream.Length) - (followsLineEnd ? 1 : 0);
        _linesBefore = position.Line - (followsLineEnd ? 2 : 1);
        _stream.Position = _bytesBefore;
        _reader?.Dispose();
        _reader = CsvReader.Create(_stream, _options, leaveOpen: true);
        GoOn(_bytesBefore);
    }

    /// <summary>Goes to the next row: then the position is its beginning, or the end of the file.</summary>
    /// <param name="end">Where the row before ends.</param>
    private void GoOn(long end)
    {
        try
        {
            _isAtEnd = !_reader.Read();
            _isTooLong = !_isAtEnd && _reader.RawRecord.Length > LongestRow;
            _position = _isAtEnd
                ? new InputPosition(_stream.Length, _position.Line + 1)
                : new InputPosition(_bytesBefore + _reader.ByteOffset, _linesBefore + _reader.LineNumber);
        }
        catch (CsvFormatException e)
        {
            // The only error that these options leave: the row does not end within the limit.
            _isTooLong = true;
            _position = new InputPosition(InputFile.SkipLineEnds(_stream, end), _linesBefore + e.LineNumber);
        }
    }
}
