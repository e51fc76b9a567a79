using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: data out.</summary>
public static class DataOutScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Enumerable_ReuseRowObject,
        Enumerable_MissingColumn,
        Enumerable_WrongType,
        Enumerable_VectorIntoArrayAndVBuffer,
        Enumerable_AsksOnlyForTheColumnsOfTheRowType,
        Enumerable_EarlyBreakDisposesTheCursor,
        Enumerable_CanBeEnumeratedTwice,
        GetColumn_ScalarsTextAndVectors,
        GetColumn_MissingColumnAndWrongType);

    private static string Enumerable_ReuseRowObject()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        foreach (bool reuse in new[] { false, true })
        {
            var rows = ml.Data.CreateEnumerable<Number>(view, reuse).ToList();
            t.Line($"reuse {Kit.Text(reuse)}: {rows.Count} rows, {rows.Distinct(ReferenceEqualityComparer.Instance).Count()} objects, "
                + $"values {Kit.Text(rows.Select(r => r.X))}");
        }
        return t.ToString();
    }

    private static string Enumerable_MissingColumn()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("missing column, at the call", () => ml.Data.CreateEnumerable<NumberAndY>(view, false));
        t.Throws("missing column, at the first row", () => _ = ml.Data.CreateEnumerable<NumberAndY>(view, false).First());
        var row = ml.Data.CreateEnumerable<NumberAndY>(view, false, ignoreMissingColumns: true).First();
        t.Line($"ignored: X {Kit.Text(row.X)}, Y keeps its initial value {Kit.Text(row.Y)}");
        t.Throws("null view", () => ml.Data.CreateEnumerable<Number>(null!, false));
        return t.ToString();
    }

    private static string Enumerable_WrongType()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var vectors = ml.Data.LoadFromEnumerable(new[] { new FixedX { X = [1, 2, 3] } });
        t.Throws("float column into an int member", () => _ = ml.Data.CreateEnumerable<IntX>(view, false).First());
        t.Throws("float column into a double member", () => _ = ml.Data.CreateEnumerable<DoubleX>(view, false).First());
        t.Throws("scalar column into an array", () => _ = ml.Data.CreateEnumerable<FreeX>(view, false).First());
        t.Throws("vector column into a scalar", () => _ = ml.Data.CreateEnumerable<Number>(vectors, false).First());
        t.Throws("vector of 3 into a member of size 4", () => _ = ml.Data.CreateEnumerable<FixedX4>(vectors, false).First());
        t.Throws("wrong type with ignoreMissingColumns", () => _ = ml.Data.CreateEnumerable<IntX>(view, false, true).First());
        return t.ToString();
    }

    private static string Enumerable_VectorIntoArrayAndVBuffer()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[]
        {
            new BufferX { X = new VBuffer<float>(3, [1f, 2f, 3f]) },
            new BufferX { X = new VBuffer<float>(3, 1, [5f], [1]) },
            new BufferX { X = new VBuffer<float>(2, [8f, 9f]) },
            new BufferX { X = new VBuffer<float>(0, []) },
        });
        t.Schema(view.Schema);
        foreach (bool reuse in new[] { false, true })
        {
            var arrays = new List<float[]>();
            foreach (var row in ml.Data.CreateEnumerable<FreeX>(view, reuse))
            {
                t.Line($"array reuse {Kit.Text(reuse)}: {Kit.Text(row.X)}");
                arrays.Add(row.X);
            }
            t.Line($"distinct arrays {arrays.Distinct(ReferenceEqualityComparer.Instance).Count()}");
        }
        foreach (var row in ml.Data.CreateEnumerable<BufferX>(view, false))
            t.Line($"VBuffer {Kit.Text(row.X)}");
        return t.ToString();
    }

    private static string Enumerable_AsksOnlyForTheColumnsOfTheRowType()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var view = new DoublingTransformer(new("A", "X", "Y"), journal).Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(2)));
        journal.Clear();
        var rows = ml.Data.CreateEnumerable<Number>(view, false);
        t.Take("created", journal);
        _ = rows.ToList();
        t.Take("X only", journal);
        _ = ml.Data.CreateEnumerable<NumberAndY>(view, false).ToList();
        t.Take("X and Y", journal);
        return t.ToString();
    }

    private static string Enumerable_EarlyBreakDisposesTheCursor()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var view = new DoublingTransformer(new("A", "X", "Y"), journal).Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(5)));
        journal.Clear();
        foreach (var row in ml.Data.CreateEnumerable<NumberAndY>(view, false))
        {
            t.Line($"first row {Kit.Text(row.Y)}");
            break;
        }
        t.Take("after the break", journal);
        foreach (float y in view.GetColumn<float>("Y"))
        {
            t.Line($"first value {Kit.Text(y)}");
            break;
        }
        t.Take("after the break of GetColumn", journal);
        return t.ToString();
    }

    private static string Enumerable_CanBeEnumeratedTwice()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var view = new DoublingTransformer(new("A", "X", "Y"), journal).Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(2)));
        var rows = ml.Data.CreateEnumerable<NumberAndY>(view, false);
        journal.Clear();
        t.Line(Kit.Text(rows.Select(r => r.Y)));
        t.Line(Kit.Text(rows.Select(r => r.Y)));
        t.Take("two enumerations", journal);
        return t.ToString();
    }

    private static string GetColumn_ScalarsTextAndVectors()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var scalars = ml.Data.LoadFromEnumerable(new[] { new Scalars { F = 1, L = 2, S = "a" }, new Scalars { F = 3, L = 4, S = null } });
        t.Line("float " + Kit.Text(scalars.GetColumn<float>("F")));
        t.Line("long " + Kit.Text(scalars.GetColumn<long>("L")));
        t.Line("string " + Kit.Text(scalars.GetColumn<string>("S")));
        t.Line("memory " + Kit.Text(scalars.GetColumn<ReadOnlyMemory<char>>("S")));
        t.Line("by column " + Kit.Text(scalars.GetColumn<float>(scalars.Schema["F"])));
        var vectors = ml.Data.LoadFromEnumerable(new[] { new FixedX { X = [1, 2, 3] }, new FixedX { X = [4, 5, 6] } });
        var arrays = vectors.GetColumn<float[]>("X").ToList();
        t.Line("arrays " + Kit.Text(arrays));
        t.Line("distinct arrays " + arrays.Distinct(ReferenceEqualityComparer.Instance).Count());
        t.Line("buffers " + Kit.Text(vectors.GetColumn<VBuffer<float>>("X")));
        return t.ToString();
    }

    private static string GetColumn_MissingColumnAndWrongType()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new Scalars { F = 1, S = "a" } });
        var other = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("missing, at the call", () => view.GetColumn<float>("nope"));
        t.Throws("missing, at the first value", () => _ = view.GetColumn<float>("nope").First());
        t.Throws("int of a float column, at the call", () => view.GetColumn<int>("F"));
        t.Throws("int of a float column, at the first value", () => _ = view.GetColumn<int>("F").First());
        t.Throws("array of a scalar column", () => _ = view.GetColumn<float[]>("F").First());
        t.Throws("string of a float column", () => _ = view.GetColumn<string>("F").First());
        t.Throws("column of another view", () => _ = view.GetColumn<float>(other.Schema["X"]).First());
        t.Throws("null name", () => _ = view.GetColumn<float>((string)null!).First());
        return t.ToString();
    }
}
