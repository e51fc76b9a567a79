using System.Text;

namespace ZooPrune.Samples;

/// <summary>Reads CSV or TSV.</summary>
internal sealed class DelimitedReader : RowReader
{
    private readonly DelimitedParser _parser;
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
        : base(path, position)
    {
        _parser = new DelimitedParser(TableFormats.Separator(layout.Format));
        _layout = layout;
        _names = names;
        _image = IndexOf(path, names.Image);
        _question = IndexOf(path, names.Question);
    }

    /// <inheritdoc/>
    protected override InputRow ReadRow()
    {
        DelimitedParser.Outcome outcome;
        while ((outcome = _parser.Parse(Window.Unread, Window.IsAtEnd)) == DelimitedParser.Outcome.NeedsMore && !Window.IsFull)
        {
            Window.Fill();
        }

        return outcome switch
        {
            DelimitedParser.Outcome.Complete => Complete(),
            DelimitedParser.Outcome.TextAfterQuote => SkipBadLine(Throw.TextAfterQuote(Line)),
            DelimitedParser.Outcome.UnclosedQuote => SkipBadLine(Throw.UnclosedQuote(Line)),
            _ => SkipBadLine(Throw.RowTooLong(Line, LongestRow)),
        };
    }

    private InputRow Complete()
    {
        ReadOnlySpan<byte> bytes = Window.Unread[.._parser.Length];
        long line = Line;
        string? raw = null;
        string[] cells = [];
        try
        {
            raw = Utf8.GetString(bytes);
            cells = _parser.Cells(bytes, Utf8);
        }
        catch (DecoderFallbackException)
        {
            // The row's end is known all the same.
        }

        Consume(_parser.LengthWithEnd);
        if (raw is null)
        {
            return new InputRow { Line = line, End = Position, Error = Throw.NotUtf8(line) };
        }

        if (cells.Length != _layout.Columns.Count)
        {
            return new InputRow
            {
                Line = line,
                End = Position,
                Cells = [.. cells.Take(_layout.Columns.Count)],
                Error = Throw.WrongNumberOfCells(line, cells.Length, _layout.Columns.Count),
            };
        }

        InputRow row = new()
        {
            Line = line,
            End = Position,
            Raw = raw,
            Cells = cells,
            Image = cells[_image],
            Question = cells[_question],
        };
        return Check(row, _names);
    }

    private int IndexOf(string path, string name)
    {
        int[] found = [.. _layout.Columns.Index().Where(column => column.Item == name).Select(column => column.Index)];
        return found.Length == 1 ? found[0] : throw Throw.NoSuchColumn(path, name, found.Length, _layout.Columns);
    }
}
