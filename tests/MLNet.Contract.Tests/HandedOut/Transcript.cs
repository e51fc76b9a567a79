using System.Text;
using Microsoft.ML;

namespace ZooPrune.Contract;

/// <summary>The text that a scenario writes.</summary>
internal sealed class Transcript
{
    private readonly StringBuilder _text = new();

    public void Line(string line) => _text.Append(line).Append('\n');

    /// <summary>One line per column; only the columns called <paramref name="name"/> if it is given.</summary>
    public void Schema(DataViewSchema schema, string? name = null)
    {
        foreach (var c in schema.Where(c => name is null || c.Name == name))
            Line($"  {c.Name}:{c.Type}:{(c.IsHidden ? "hidden" : "-")}:{Kit.Names(c.Annotations.Schema)}");
    }

    /// <summary>One line per column; only the columns called <paramref name="name"/> if it is given.</summary>
    public void Shape(SchemaShape shape, string? name = null)
    {
        foreach (var c in shape.Where(c => name is null || c.Name == name))
            Line($"  {c.Name}:{c.Kind}:{c.ItemType}:{(c.IsKey ? "key" : "-")}:{string.Join(",", c.Annotations.Select(a => a.Name))}");
    }

    /// <summary>One line per row; the columns in schema order without the hidden ones unless named.</summary>
    public void Rows(IDataView view, params string[] columns)
    {
        var wanted = columns.Length > 0
            ? columns.Select(name => view.Schema[name]).ToList()
            : view.Schema.Where(c => !c.IsHidden).ToList();
        using var cursor = view.GetRowCursor(wanted);
        var readers = wanted.Select(c => Kit.Reader(cursor, c)).ToList();
        while (cursor.MoveNext())
            Line($"  row {cursor.Position}: " + string.Join(" ", wanted.Zip(readers, (c, read) => $"{c.Name}={read()}")));
    }

    /// <summary>Runs the action and notes the exception, or that there was none.</summary>
    public void Throws(string what, Action action, bool inner = true)
    {
        try
        {
            action();
            Line($"{what}: no exception");
        }
        catch (Exception e)
        {
            Line($"{what}: {Describe(e, inner)}");
        }
    }

    /// <summary>Runs an action that writes lines of its own, under a heading; notes the exception if there is one.</summary>
    public void Part(string heading, Action action, bool inner = true)
    {
        Line(heading);
        try
        {
            action();
        }
        catch (Exception e)
        {
            Line($"  {Describe(e, inner)}");
        }
    }

    /// <summary>Writes the journal down and empties it.</summary>
    public void Take(string what, Journal journal)
    {
        Line($"{what}: {journal.Counters}");
        foreach (string call in journal.Calls)
            Line("  " + call);
        journal.Clear();
    }

    public override string ToString() => _text.ToString().TrimEnd('\n');

    /// <summary>The types and the parameter name of an exception, never its message.</summary>
    public static string Describe(Exception e, bool inner = true)
    {
        // Some parameter names are in truth sentences; those count as messages.
        string? parameter = (e as ArgumentException)?.ParamName;
        if (parameter?.Contains(' ') == true)
            parameter = "a sentence";
        string text = $"{e.GetType().Name}({parameter})";
        return inner && e.InnerException is not null ? $"{text} <- {Describe(e.InnerException)}" : text;
    }
}
