using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: cursors.</summary>
public static class CursorScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Cursor_InactiveColumns,
        Cursor_WrongTypeAndForeignColumn,
        Cursor_ThirdPartyStageComputesOnlyWhatIsPulled,
        Cursor_SetRequestReachesAThirdPartyStage);

    private static string Cursor_InactiveColumns()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndY { X = 1, Y = 2 } });
        var copied = ml.Transforms.CopyColumns("Z", "X").Fit(loaded).Transform(loaded);
        foreach (var (name, view) in new[] { ("loaded", loaded), ("copied", copied) })
        {
            using var cursor = view.GetRowCursor([view.Schema["X"]]);
            t.Line($"{name}: active " + string.Join(" ", view.Schema.Select(c => $"{c.Name}={Kit.Text(cursor.IsColumnActive(c))}")));
            t.Throws("  getter of an inactive column", () => cursor.GetGetter<float>(view.Schema["Y"]));
            using var none = view.GetRowCursor([]);
            t.Line($"  no columns: active {view.Schema.Count(none.IsColumnActive)}, MoveNext {Kit.Text(none.MoveNext())}");
        }
        return t.ToString();
    }

    private static string Cursor_WrongTypeAndForeignColumn()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndY { X = 1, Y = 2 } });
        var copied = ml.Transforms.CopyColumns("Z", "X").Fit(loaded).Transform(loaded);
        var wide = ml.Data.LoadFromEnumerable(new[] { new Scalars() });
        foreach (var (name, view) in new[] { ("loaded", loaded), ("copied", copied) })
        {
            using var cursor = view.GetRowCursor(view.Schema);
            t.Line($"{name}:");
            t.Throws("  wrong type", () => cursor.GetGetter<double>(view.Schema["X"]));
            t.Throws("  getter of a column with an index beyond the schema", () => cursor.GetGetter<float>(wide.Schema[7]));
            t.Throws("  activity of a column with an index beyond the schema", () => cursor.IsColumnActive(wide.Schema[7]));
            t.Throws("  cursor over a column with an index beyond the schema", () => view.GetRowCursor([wide.Schema[7]]).Dispose());
        }
        return t.ToString();
    }

    private static string Cursor_ThirdPartyStageComputesOnlyWhatIsPulled()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal(Journal.CursorsDisposed);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        var view = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(ml.Transforms.CopyColumns("Z", "Y"))
            .Append(ml.Transforms.CopyColumns("W", "X"))
            .Fit(loaded).Transform(loaded);
        t.Line($"after Fit and Transform: {journal.Counters}");
        foreach (string column in new[] { "X", "W", "Y", "Z" })
        {
            journal.Clear();
            t.Line($"{column}: {Kit.Text(view.GetColumn<float>(column))} {journal.Counters}");
        }
        journal.Clear();
        using (var cursor = view.GetRowCursor([view.Schema["Y"]]))
        {
            var get = cursor.GetGetter<float>(view.Schema["Y"]);
            float value = 0;
            while (cursor.MoveNext())
            {
                if (cursor.Position == 1)
                {
                    get(ref value);
                    get(ref value);
                }
            }
        }
        t.Line($"Y pulled twice on one row of three: {journal.Counters}");
        return t.ToString();
    }

    private static string Cursor_SetRequestReachesAThirdPartyStage()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal(Journal.CursorsDisposed);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(200));
        var view = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(ml.Transforms.CopyColumns("Z", "Y"))
            .Fit(loaded).Transform(loaded);
        journal.Clear();
        var values = new List<float>();
        bool inOrder = true;
        using (var cursor = view.GetRowCursor([view.Schema["Z"]]))
        {
            var get = cursor.GetGetter<float>(view.Schema["Z"]);
            float value = 0;
            while (cursor.MoveNext())
            {
                get(ref value);
                inOrder &= cursor.Position == values.Count && value == 2 * values.Count;
                values.Add(value);
            }
        }
        t.Line($"rows {values.Count}, in order {Kit.Text(inOrder)}");
        t.Take("added column wanted", journal);
        using (view.GetRowCursor([view.Schema["X"]]))
        {
        }
        t.Take("only an input column wanted", journal);
        foreach (var cursor in view.GetRowCursorSet([view.Schema["X"]], 1))
            cursor.Dispose();
        t.Take("set of one asked of the last stage", journal);
        return t.ToString();
    }
}
