using System.Text;

namespace ZooPrune.Studies;

/// <summary>A table of texts; all columns but the first hold figures.</summary>
/// <param name="Title">What the table is about.</param>
/// <param name="Header">One text a column.</param>
/// <param name="Rows">One text a column each.</param>
internal sealed record StudyTable(string Title, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>The table as Markdown, title first.</summary>
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
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
