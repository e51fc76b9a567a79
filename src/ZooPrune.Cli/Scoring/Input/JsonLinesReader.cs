using System.Text;
using System.Text.Json;
using CsvHelper;

namespace ZooPrune.Cli;

/// <summary>Reads one JSON object a line.</summary>
/// <param name="path">The file.</param>
/// <param name="names">The properties that rows are asked with.</param>
/// <param name="columns">The properties that become cells; empty = cells are not wanted, and any property is allowed.</param>
/// <param name="added">Names that no property may have, because the output adds them.</param>
/// <param name="position">Where the next row begins.</param>
internal sealed class JsonLinesReader(
    string path, ColumnNames names, IReadOnlyList<string> columns, IReadOnlyList<string> added, InputPosition position)
    : RowReader(path, Lines, position)
{
    // A line is one cell: no JSON text holds the separator.
    private static readonly CsvReaderOptions Lines = Options with { Mode = CsvMode.NoEscape, Separator = '\u001F' };

    private readonly HashSet<string> _columns = [.. columns];
    private readonly HashSet<string> _added = [.. added];

    /// <inheritdoc/>
    protected override InputRow Parse(CsvReader row, long line)
    {
        try
        {
            return Check(Parse(Utf8.GetString(row.RawRecord).Trim(), line), names);
        }
        catch (DecoderFallbackException)
        {
            return new InputRow { Line = line, Error = Throw.NotUtf8(line) };
        }
    }

    private InputRow Parse(string raw, long line)
    {
        InputRow row = new() { Line = line };
        try
        {
            using JsonDocument document = JsonDocument.Parse(raw);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return row with { Error = Throw.RowIsNoObject(line, root.ValueKind) };
            }

            return Read(row with { Raw = raw }, root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, which only shows when the text is asked for.
            return row with { Error = Throw.RowIsNoJson(line, e) };
        }
    }

    private InputRow Read(InputRow row, JsonElement root)
    {
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (_added.Contains(property.Name))
            {
                return row with { Raw = null, Error = Throw.PropertyIsAdded(row.Line, property.Name) };
            }

            if (_columns.Count > 0 && !_columns.Contains(property.Name))
            {
                return row with { Raw = null, Error = Throw.UnknownProperty(row.Line, property.Name, columns) };
            }
        }

        string? error = null;
        row = row with
        {
            Cells = [.. columns.Select(column => root.TryGetProperty(column, out JsonElement value) ? Cell(value) : "")],
            Image = Text(root, names.Image, row.Line, ref error),
            Question = Text(root, names.Question, row.Line, ref error),
        };
        return row with { Error = error };
    }

    private static string Text(JsonElement root, string name, long line, ref string? error)
    {
        if (!root.TryGetProperty(name, out JsonElement value))
        {
            error ??= Throw.MissingProperty(line, name);
            return "";
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }

        error ??= Throw.PropertyIsNoText(line, name, value.ValueKind);
        return "";
    }

    /// <summary>A text as it is, null as nothing, anything else as it stands in the file.</summary>
    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };
}
