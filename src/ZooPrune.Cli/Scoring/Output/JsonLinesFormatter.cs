using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZooPrune.Cli;

/// <summary>Writes one JSON object a line. A row that could not be read has the added properties only.</summary>
internal sealed class JsonLinesFormatter(InputLayout layout, bool withTimings) : RowFormatter(layout, withTimings)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <inheritdoc/>
    public override void AppendHeader(StringBuilder text)
    {
    }

    /// <inheritdoc/>
    protected override void AppendRow(StringBuilder text, InputRow row, IReadOnlyList<object?> values)
    {
        bool isFirst = true;
        if (Layout.Format == TableFormat.JsonLines)
        {
            // The object stays open at its end for the new properties.
            string open = row.Raw is { } raw ? raw[..^1].TrimEnd() : "{";
            text.Append(open);
            isFirst = open == "{";
        }
        else
        {
            text.Append('{');
            foreach ((string name, object? value) in Layout.Columns.Zip(row.Cells))
            {
                AppendProperty(text, name, value, ref isFirst);
            }
        }

        foreach ((string name, object? value) in Added.Zip(values))
        {
            AppendProperty(text, name, value, ref isFirst);
        }

        text.Append('}');
    }

    private static void AppendProperty(StringBuilder text, string name, object? value, ref bool isFirst)
    {
        text.Append(isFirst ? "" : ", ").Append(Serialize(name)).Append(": ").Append(Serialize(value));
        isFirst = false;
    }

    private static string Serialize(object? value) => JsonSerializer.Serialize(value, Readable);
}
