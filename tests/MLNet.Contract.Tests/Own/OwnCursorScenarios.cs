using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: cursors; the texts are the genuine packages' answers.</summary>
public static class OwnCursorScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Cursor_PlainRowMapperCursor,
        Cursor_ReadAheadCursor,
        Cursor_ManyRowsInOrder,
        Cursor_SetsOfARowMapper,
        Cursor_ExceptionsInLaterRows,
        Cursor_ExceptionThenMoveNext,
        Cursor_UncacheableColumnIsNotSplit,
        Cursor_ColumnsAskedOfAThirdPartyStage);

    private static void Probe(Transcript t, IDataView view, DataViewRowCursor cursor, string active, string inactive)
    {
        var wide = new MLContext(1).Data.LoadFromEnumerable(new[] { new Scalars() });
        t.Line($"  position {cursor.Position}, active {Kit.Text(cursor.IsColumnActive(view.Schema[active]))}, inactive {Kit.Text(cursor.IsColumnActive(view.Schema[inactive]))}");
        var get = cursor.GetGetter<float>(view.Schema[active]);
        var getId = cursor.GetIdGetter();
        float value = -1;
        DataViewRowId id = default;
        t.Throws("  wrong type", () => cursor.GetGetter<int>(view.Schema[active]));
        t.Throws("  inactive", () => cursor.GetGetter<float>(view.Schema[inactive]));
        t.Throws("  beyond the schema", () => cursor.GetGetter<float>(wide.Schema[7]));
        t.Throws("  activity beyond the schema", () => cursor.IsColumnActive(wide.Schema[7]));
        t.Throws("  value before the first row", () => get(ref value));
        t.Throws("  id before the first row", () => getId(ref id));
        while (cursor.MoveNext())
        {
            get(ref value);
            getId(ref id);
            t.Line($"  row {cursor.Position}, batch {cursor.Batch}: {Kit.Text(value)} {id}");
        }

        t.Throws("  value after the end", () => get(ref value));
        t.Throws("  id after the end", () => getId(ref id));
        t.Line($"  after the end: position {cursor.Position}, MoveNext {Kit.Text(cursor.MoveNext())}");
        cursor.Dispose();
        t.Line($"  disposed: position {cursor.Position}, MoveNext {Kit.Text(cursor.MoveNext())}");
    }

    private static string Cursor_PlainRowMapperCursor()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 }, new NumberAndP { X = 3, P = 4 } });
        var view = ml.Transforms.CopyColumns("Z", "P").Fit(loaded).Transform(loaded);
        t.Line("an input column");
        Probe(t, view, view.GetRowCursor([view.Schema["X"]]), "X", "Z");
        t.Line("one cursor of a set of one");
        Probe(t, view, view.GetRowCursorSet([view.Schema["Z"]], 1)[0], "Z", "X");
        return t.ToString();
    }

    private static string Cursor_ReadAheadCursor()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 }, new NumberAndP { X = 3, P = 4 } });
        var view = ml.Transforms.CopyColumns("Z", "P").Fit(loaded).Transform(loaded);
        var cursor = view.GetRowCursor([view.Schema["Z"]]);
        t.Line($"schema is the view's {Kit.Text(ReferenceEquals(cursor.Schema, view.Schema))}");
        Probe(t, view, cursor, "Z", "X");
        return t.ToString();
    }

    private static string Cursor_ManyRowsInOrder()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 1000).Select(i => new OnnxRow { X = [i, 2 * i, 3 * i, i % 7] }));
        var view = ml.Transforms.CopyColumns("a", "x").Append(ml.Transforms.CopyColumns("b", "a")).Append(ml.Transforms.CopyColumns("c", "x"))
            .Fit(loaded).Transform(loaded);
        using var cursor = view.GetRowCursor(view.Schema);
        var getB = cursor.GetGetter<VBuffer<float>>(view.Schema["b"]);
        var getC = cursor.GetGetter<VBuffer<float>>(view.Schema["c"]);
        var getId = cursor.GetIdGetter();
        VBuffer<float> b = default;
        VBuffer<float> c = default;
        DataViewRowId id = default;
        int rows = 0;
        bool ok = true;
        var batches = new SortedSet<long>();
        while (cursor.MoveNext())
        {
            getB(ref b);
            getC(ref c);
            getId(ref id);
            ok &= cursor.Position == rows && id.Low == (ulong)rows && b.GetValues()[1] == 2 * rows && c.GetValues()[2] == 3 * rows;
            batches.Add(cursor.Batch);
            rows++;
        }

        t.Line($"rows {rows}, all as they should be {Kit.Text(ok)}, batches {string.Join(" ", batches)}");
        return t.ToString();
    }

    private static string Cursor_SetsOfARowMapper()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(600));
        var view = ml.Transforms.CopyColumns("Z", "X").Fit(loaded).Transform(loaded);
        foreach (int n in new[] { 1, 3 })
        {
            var set = view.GetRowCursorSet([view.Schema["Z"]], n);
            var values = new SortedSet<float>();
            bool batchesApart = true;
            var owner = new Dictionary<long, int>();
            for (int i = 0; i < set.Length; i++)
            {
                var get = set[i].GetGetter<float>(view.Schema["Z"]);
                float value = 0;
                while (set[i].MoveNext())
                {
                    get(ref value);
                    values.Add(value);
                    batchesApart &= owner.TryAdd(set[i].Batch, i) || owner[set[i].Batch] == i;
                }
            }

            foreach (var cursor in set)
            {
                cursor.Dispose();
            }

            t.Line($"asked for {n}: cursors {set.Length}, distinct values {values.Count}, a batch belongs to one cursor {Kit.Text(batchesApart)}");
        }

        t.Line($"input column only, asked for 3: cursors {Count(view.GetRowCursorSet([view.Schema["X"]], 3))}");
        t.Line($"no columns, asked for 3: cursors {Count(view.GetRowCursorSet([], 3))}");
        return t.ToString();

        static int Count(DataViewRowCursor[] set)
        {
            foreach (var cursor in set)
            {
                cursor.Dispose();
            }

            return set.Length;
        }
    }

    private static string Cursor_ExceptionsInLaterRows()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        foreach (int bad in new[] { 0, 100, 127, 128, 300 })
        {
            var stage = new DoublingTransformer(new("A", "X", "Y") { ThrowAt = bad }, new Journal());
            var view = stage.Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(400)));
            var copied = ml.Transforms.CopyColumns("Z", "Y").Fit(view).Transform(view);
            int rows = 0;
            t.Throws($"bad row {bad}", () =>
            {
                foreach (float unused in copied.GetColumn<float>("Z"))
                {
                    rows++;
                }
            });
            t.Line($"  at most the batches before it {Kit.Text(rows <= bad && rows % 128 == 0)}");
        }

        return t.ToString();
    }

    private static string Cursor_ExceptionThenMoveNext()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var stage = new DoublingTransformer(new("A", "X", "Y") { ThrowAt = 1 }, new Journal());
        var view = stage.Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(3)));
        var copied = ml.Transforms.CopyColumns("Z", "Y").Fit(view).Transform(view);
        var cursor = copied.GetRowCursor([copied.Schema["Z"]]);
        t.Throws("MoveNext", () => cursor.MoveNext());
        t.Throws("Dispose", cursor.Dispose);
        return t.ToString();
    }

    private static string Cursor_UncacheableColumnIsNotSplit()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal(Journal.CursorsDisposed);
        var numbers = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        var doubled = new DoublingTransformer(new("A", "X", "Y"), journal).Transform(numbers);
        var tokens = new TokenizingTransformer().Transform(doubled);
        var view = ml.Transforms.CopyColumns("Z", "Y").Append(ml.Transforms.CopyColumns("T", "tok")).Fit(tokens).Transform(tokens);
        foreach (string[] wanted in new string[][] { ["Z"], ["tok"], ["T"], ["Z", "T"] })
        {
            journal.Clear();
            using (var cursor = view.GetRowCursor(wanted.Select(name => view.Schema[name])))
            {
                while (cursor.MoveNext())
                {
                }
            }

            t.Take(string.Join(",", wanted), journal);
        }

        return t.ToString();
    }

    private static string Cursor_ColumnsAskedOfAThirdPartyStage()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal(Journal.CursorsDisposed);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var view = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(ml.Transforms.CopyColumns("Y2", "Y"))
            .Append(ml.Transforms.CopyColumns("Y3", "Y2"))
            .Append(ml.Transforms.CopyColumns("P", "X"))
            .Fit(loaded).Transform(loaded);
        t.Schema(view.Schema);
        foreach (var column in view.Schema)
        {
            journal.Clear();
            using (var cursor = view.GetRowCursor([column]))
            {
                while (cursor.MoveNext())
                {
                }
            }

            t.Take($"{column.Index} {column.Name}", journal);
        }

        return t.ToString();
    }
}
