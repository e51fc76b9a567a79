using System.Text;

namespace ZooPrune.Samples;

/// <summary>
/// Reads the rows of a file one after the other, never more than one of them at a time. A row that cannot be read comes out with its
/// error in it, and the next one begins on the next line. Not thread-safe.
/// </summary>
internal abstract class RowReader : IDisposable
{
    /// <summary>Longest row in bytes.</summary>
    public const int LongestRow = 1 << 20;

    private readonly Stream _stream;

    /// <param name="path">The file.</param>
    /// <param name="position">Where the next row begins.</param>
    protected RowReader(string path, InputPosition position)
    {
        _stream = InputFile.Open(path);
        _stream.Position = position.Offset;
        Line = position.Line;
        Window = new ByteWindow(_stream, position.Offset, LongestRow);
    }

    /// <summary>Where the next row begins.</summary>
    public InputPosition Position => new(Window.Offset, Line);

    /// <summary>Fails on bytes that are no UTF-8, where the default would put question marks.</summary>
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes.</summary>
    protected ByteWindow Window { get; }

    /// <summary>Number of the line that the window begins with.</summary>
    protected long Line { get; private set; }

    /// <summary>The next row; null at the end of the file. Blank lines are skipped.</summary>
    public InputRow? Read()
    {
        while (SkipBlankLine())
        {
        }

        return IsAtEnd ? null : ReadRow();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>The row that the window begins with; there is one.</summary>
    protected abstract InputRow ReadRow();

    /// <summary>A row that is good only if it can be asked.</summary>
    protected static InputRow Check(InputRow row, ColumnNames columns) => row switch
    {
        { Error: not null } => row,
        _ when string.IsNullOrWhiteSpace(row.Image) => row with { Error = Throw.EmptyCell(row.Line, columns.Image, "the path of an image") },
        _ when string.IsNullOrWhiteSpace(row.Question) => row with { Error = Throw.EmptyCell(row.Line, columns.Question, "a question") },
        _ => row,
    };

    /// <summary>Goes on by so many bytes, counting lines.</summary>
    protected void Consume(int count)
    {
        Line += Window.Unread[..count].Count((byte)'\n');
        Window.Consume(count);
    }

    /// <summary>Gives the current line up: the row in it is bad, the next one begins on the next line.</summary>
    protected InputRow SkipBadLine(string error)
    {
        long line = Line;
        Window.SkipLine();
        Line++;
        return new InputRow { Line = line, End = Position, Error = error };
    }

    private bool IsAtEnd => Window.IsAtEnd && Window.Unread.IsEmpty;

    private bool SkipBlankLine()
    {
        while (Window.Unread.Length < 2 && !Window.IsAtEnd)
        {
            Window.Fill();
        }

        int length = Window.Unread switch
        {
            [(byte)'\n', ..] => 1,
            [(byte)'\r', (byte)'\n', ..] => 2,
            _ => 0,
        };
        Consume(length);
        return length > 0;
    }
}
