using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: sources that shuffle or split; the texts are the genuine packages' answers.</summary>
public static class OwnSplittingScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Cursor_RandomReachesTheSource,
        Cursor_SourceThatSplits);

    private static string Cursor_RandomReachesTheSource()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        foreach (bool canShuffle in new[] { false, true })
        {
            var journal = new Journal();
            var source = new SpyView(2, canShuffle, journal);
            var view = ml.Transforms.CopyColumns("Z", "X").Fit(source).Transform(source);
            journal.Clear();
            t.Line($"can shuffle {Kit.Text(view.CanShuffle)}");
            view.GetRowCursor([view.Schema["Z"]], new Random(1)).Dispose();
            t.Take("cursor", journal);
            view.GetRowCursorSet([view.Schema["Z"]], 1, new Random(1))[0].Dispose();
            t.Take("set of one", journal);
            view.GetRowCursor([view.Schema["X"]]).Dispose();
            t.Take("without a random", journal);
            var stage = new TokenizingTransformer().Transform(view);
            var copied = ml.Transforms.CopyColumns("T", "tok").Fit(stage).Transform(stage);
            copied.GetRowCursor([copied.Schema["T"]], new Random(1)).Dispose();
            t.Take("a column that cannot be read ahead", journal);
        }

        return t.ToString();
    }

    private static string Cursor_SourceThatSplits()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var source = new SpyView(20, canShuffle: false, journal);
        var view = ml.Transforms.CopyColumns("Z", "X").Append(ml.Transforms.CopyColumns("W", "Z")).Fit(source).Transform(source);
        journal.Clear();
        t.Line("values " + Kit.Text(view.GetColumn<float>("W")));
        t.Take("calls", journal);
        t.Line("input column " + Kit.Text(view.GetColumn<float>("X")));
        t.Take("calls", journal);
        using var cursor = view.GetRowCursor(view.Schema);
        var getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            t.Line($"position {cursor.Position}, batch {cursor.Batch}, id {id.Low}");
        }

        foreach (int n in new[] { 1, 2, 5 })
        {
            var set = view.GetRowCursorSet([view.Schema["W"]], n);
            t.Line($"set of {n}: cursors {set.Length}");
            foreach (var one in set)
            {
                one.Dispose();
            }
        }

        using var none = view.GetRowCursor([]);
        int rows = 0;
        while (none.MoveNext())
        {
            rows++;
        }

        t.Line($"no columns: rows {rows}");
        return t.ToString();
    }
}
