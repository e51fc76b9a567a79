using System.Text;

namespace ZooPrune.Samples;

/// <summary>
/// Cuts a row of CSV or TSV into cells, in bytes, as RFC 4180 has it: a cell that begins with a quote ends with one and may hold
/// separators and line ends; a quote in it is doubled; a quote inside any other cell is a quote. Lines end with LF or CR LF.
/// </summary>
/// <param name="separator">Comma or tab.</param>
internal sealed class DelimitedParser(byte separator)
{
    private const byte Quote = (byte)'"';
    private const byte LineFeed = (byte)'\n';
    private const byte Return = (byte)'\r';

    private readonly List<Cell> _cells = [];

    /// <summary>How parsing ended.</summary>
    internal enum Outcome
    {
        /// <summary>The row is there with all its cells.</summary>
        Complete,

        /// <summary>The row does not end in the bytes given.</summary>
        NeedsMore,

        /// <summary>A quoted cell does not end before the input does.</summary>
        UnclosedQuote,

        /// <summary>Something else than a separator follows a closing quote.</summary>
        TextAfterQuote,
    }

    /// <summary>Bytes of the row without its line ending.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the row with its line ending.</summary>
    public int LengthWithEnd { get; private set; }

    /// <summary>Parses the row at the beginning of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The row and what follows.</param>
    /// <param name="isEnd">Whether the input ends with them.</param>
    public Outcome Parse(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        _cells.Clear();
        int position = 0;
        while (true)
        {
            bool isQuoted = position < bytes.Length && bytes[position] == Quote;
            Outcome outcome = isQuoted ? QuotedCell(bytes, isEnd, ref position) : PlainCell(bytes, isEnd, ref position);
            if (outcome != Outcome.Complete)
            {
                return outcome;
            }

            if (position == bytes.Length || bytes[position] != separator)
            {
                Length = position;
                LengthWithEnd = position + LineEndAt(bytes, position);
                return Outcome.Complete;
            }

            position++;
        }
    }

    /// <summary>The cells of the row just parsed, as text.</summary>
    /// <exception cref="DecoderFallbackException">They are no UTF-8.</exception>
    public string[] Cells(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var cells = new string[_cells.Count];
        for (int i = 0; i < cells.Length; i++)
        {
            Cell cell = _cells[i];
            string text = encoding.GetString(bytes.Slice(cell.Start, cell.Length));
            cells[i] = cell.HasQuotes ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
        }

        return cells;
    }

    private Outcome PlainCell(ReadOnlySpan<byte> bytes, bool isEnd, ref int position)
    {
        int length = bytes[position..].IndexOfAny(separator, LineFeed);
        if (length < 0)
        {
            if (!isEnd)
            {
                return Outcome.NeedsMore;
            }

            length = bytes.Length - position;
        }

        // The CR of a line end is not the cell's.
        bool endsLine = position + length == bytes.Length || bytes[position + length] == LineFeed;
        int content = endsLine && length > 0 && bytes[position + length - 1] == Return ? length - 1 : length;
        _cells.Add(new Cell(position, content, HasQuotes: false));
        position += content;
        return Outcome.Complete;
    }

    private Outcome QuotedCell(ReadOnlySpan<byte> bytes, bool isEnd, ref int position)
    {
        int start = position + 1;
        int end = start;
        bool hasQuotes = false;
        while (true)
        {
            int toQuote = bytes[end..].IndexOf(Quote);
            if (toQuote < 0)
            {
                return isEnd ? Outcome.UnclosedQuote : Outcome.NeedsMore;
            }

            end += toQuote;
            if (end + 1 == bytes.Length || bytes[end + 1] != Quote)
            {
                break;
            }

            hasQuotes = true;
            end += 2;
        }

        _cells.Add(new Cell(start, end - start, hasQuotes));
        position = end + 1;
        if (bytes.Length - position < 2 && !isEnd)
        {
            return Outcome.NeedsMore;
        }

        return position == bytes.Length || bytes[position] == separator || LineEndAt(bytes, position) > 0
            ? Outcome.Complete
            : Outcome.TextAfterQuote;
    }

    /// <summary>Length of the line end at <paramref name="position"/>. A CR that ends the input is one.</summary>
    private static int LineEndAt(ReadOnlySpan<byte> bytes, int position) => bytes[position..] switch
    {
        [LineFeed, ..] => 1,
        [Return, LineFeed, ..] => 2,
        [Return] => 1,
        _ => 0,
    };

    private readonly record struct Cell(int Start, int Length, bool HasQuotes);
}
