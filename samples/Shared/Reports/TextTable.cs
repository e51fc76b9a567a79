using System.Text;
using Spectre.Console;
using Cell = Spectre.Console.Text;

namespace ZooPrune.Samples;

/// <summary>A table of texts that can be shown on a console or written as Markdown. All columns but the first hold figures.</summary>
/// <param name="Title">What the table is about.</param>
/// <param name="Header">One text a column.</param>
/// <param name="Rows">One text a column each.</param>
internal sealed record TextTable(string Title, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>The table for a console, without its title.</summary>
    public Table ToConsole()
    {
        Table table = new() { Border = TableBorder.Simple };
        for (int column = 0; column < Header.Count; column++)
        {
            TableColumn heading = new(Markup.Escape(Header[column]));
            table.AddColumn(column == 0 ? heading : heading.RightAligned());
        }

        foreach (IReadOnlyList<string> row in Rows)
        {
            table.AddRow([.. row.Select(cell => new Cell(cell))]);
        }

        return table;
    }

    /// <summary>The table for a Markdown page, with a final newline.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(Title).Append("\n\n");
        AppendLine(text, Header);
        AppendLine(text, [.. Header.Select((_, column) => column == 0 ? "---" : "---:")]);
        foreach (IReadOnlyList<string> row in Rows)
        {
            AppendLine(text, row);
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
