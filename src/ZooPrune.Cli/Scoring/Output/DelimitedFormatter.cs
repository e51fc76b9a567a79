using System.Buffers;
using System.Globalization;
using System.Text;

namespace ZooPrune.Cli;

/// <summary>Writes CSV or TSV. A bad row keeps the cells that could be read.</summary>
internal sealed class DelimitedFormatter : RowFormatter
{
    private const char Mark = '\uFEFF';

    private readonly bool _carriesRaw;
    private readonly char _separator;
    private readonly SearchValues<char> _needsQuotes;

    public DelimitedFormatter(TableFormat format, InputLayout layout, bool withTimings)
        : base(layout, withTimings)
    {
        _carriesRaw = format == layout.Format;
        _separator = _carriesRaw ? layout.Separator : TableFormats.Separator(format);
        _needsQuotes = SearchValues.Create([_separator, '"', '\r', '\n']);
    }

    /// <inheritdoc/>
    public override void AppendHeader(StringBuilder text)
    {
        if (Layout.HasMark)
        {
            text.Append(Mark);
        }

        if (_carriesRaw)
        {
            text.Append(Layout.Header);
        }
        else
        {
            AppendCells(text, Layout.Columns);
        }

        text.Append(_separator);
        AppendCells(text, Added);
        text.Append(Layout.LineEnd);
    }

    /// <inheritdoc/>
    protected override void AppendRow(StringBuilder text, InputRow row, IReadOnlyList<object?> values)
    {
        if (_carriesRaw && row.Raw is { } raw)
        {
            text.Append(raw);
        }
        else
        {
            AppendCells(text, row.Cells.Select(Text).Concat(Enumerable.Repeat("", Layout.Columns.Count - row.Cells.Count)));
        }

        text.Append(_separator);
        AppendCells(text, values.Select(Text));
    }

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private void AppendCells(StringBuilder text, IEnumerable<string> cells)
    {
        bool isFirst = true;
        foreach (string cell in cells)
        {
            if (!isFirst)
            {
                text.Append(_separator);
            }

            isFirst = false;
            if (cell.AsSpan().ContainsAny(_needsQuotes))
            {
                text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                text.Append(cell);
            }
        }
    }
}
