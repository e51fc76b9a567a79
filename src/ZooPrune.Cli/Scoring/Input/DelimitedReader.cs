using System.Text;
using CsvHelper;

namespace ZooPrune.Cli;

/// <summary>Reads CSV or TSV.</summary>
internal sealed class DelimitedReader : RowReader
{
    private const byte Quote = (byte)'"';

    private readonly InputLayout _layout;
    private readonly ColumnNames _names;
    private readonly int _image;
    private readonly int _question;

    /// <param name="path">The file.</param>
    /// <param name="layout">What its beginning says.</param>
    /// <param name="names">The columns that rows are asked with.</param>
    /// <param name="position">Where the next row begins.</param>
    /// <exception cref="UsageException">One of these columns is not there, or twice.</exception>
    public DelimitedReader(string path, InputLayout layout, ColumnNames names, InputPosition position)
        : base(path, Options with { Separator = layout.Separator }, position)
    {
        _layout = layout;
        _names = names;
        _image = IndexOf(path, names.Image);
        _question = IndexOf(path, names.Question);
    }

    /// <summary>The cells of a row as text.</summary>
    /// <exception cref="DecoderFallbackException">They are no UTF-8.</exception>
    public static string[] CellsOf(CsvReader row)
    {
        var cells = new string[row.FieldCount];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = Utf8.GetString(row.GetSpan(i));
        }

        return cells;
    }

    /// <summary>What is wrong with the quotes of a row; null if nothing. The library reads such a row as well as it can.</summary>
    public static string? QuoteProblemOf(CsvReader row, long line)
    {
        for (int i = 0; i < row.FieldCount; i++)
        {
            ReadOnlySpan<byte> cell = row.GetRawSpan(i);
            if (cell is not [Quote, ..])
            {
                continue;
            }

            int end = 1;
            while (cell[end..].IndexOf(Quote) is >= 0 and int toQuote && cell[(end + toQuote + 1)..] is [Quote, ..])
            {
                end += toQuote + 2;
            }

            int last = cell[end..].IndexOf(Quote);
            if (last < 0)
            {
                return Throw.UnclosedQuote(line);
            }

            if (end + last + 1 < cell.Length)
            {
                return Throw.TextAfterQuote(line);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    protected override string? ProblemOf(CsvReader row, long line) => QuoteProblemOf(row, line);

    /// <inheritdoc/>
    protected override InputRow Parse(CsvReader row, long line)
    {
        string raw;
        string[] cells;
        try
        {
            raw = Utf8.GetString(row.RawRecord);
            cells = CellsOf(row);
        }
        catch (DecoderFallbackException)
        {
            // The row's end is known all the same.
            return new InputRow { Line = line, Error = Throw.NotUtf8(line) };
        }

        return cells.Length == _layout.Columns.Count
            ? Check(new InputRow { Line = line, Raw = raw, Cells = cells, Image = cells[_image], Question = cells[_question] }, _names)
            : new InputRow
            {
                Line = line,
                Cells = [.. cells.Take(_layout.Columns.Count)],
                Error = Throw.WrongNumberOfCells(line, cells.Length, _layout.Columns.Count),
            };
    }

    private int IndexOf(string path, string name)
    {
        int[] found = [.. _layout.Columns.Index().Where(column => column.Item == name).Select(column => column.Index)];
        return found.Length == 1 ? found[0] : throw Throw.NoSuchColumn(path, name, found.Length, _layout.Columns);
    }
}
