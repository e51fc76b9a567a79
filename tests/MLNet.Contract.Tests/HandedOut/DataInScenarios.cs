using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: data in.</summary>
public static class DataInScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        MLContext_CatalogsAndEnvironment,
        Load_Scalars_SchemaAndRows,
        Load_Vectors_VariableFixedAndVBuffer,
        Load_NullStringsAndNullArrays,
        Load_ColumnName_NoColumn_Inheritance_PropertiesAndFields,
        Load_SchemaDefinition_RenamesSizesAndAnnotates,
        Load_RowCount_DependsOnTheCollection,
        Load_EnumeratesTheSourceOncePerCursor,
        Load_SeveralCursorsAtOnce,
        Load_PositionBatchAndId_BeforeOnAndAfterTheRows,
        Load_GettersBeforeTheFirstRowAndAfterTheEnd,
        Load_CursorSet_HoldsOneCursor,
        Load_UnsupportedMemberTypes);

    private static string MLContext_CatalogsAndEnvironment()
    {
        var t = new Transcript();
        var ml = new MLContext();
        t.Line($"catalogs are kept {Kit.Text(ReferenceEquals(ml.Data, ml.Data) && ReferenceEquals(ml.Transforms, ml.Transforms) && ReferenceEquals(ml.Model, ml.Model))}");
        t.Line($"GPU {Kit.Text(ml.GpuDeviceId)}, fall back to CPU {Kit.Text(ml.FallbackToCpu)}");
        IHostEnvironment environment = ml;
        t.Line($"is its own environment {Kit.Text(ReferenceEquals(environment, ml))}, same component catalog {Kit.Text(ReferenceEquals(environment.ComponentCatalog, ml.ComponentCatalog))}");
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(2));
        t.Line("a view serves another context " + Kit.Text(ml.Transforms.CopyColumns("Y", "X").Fit(view).Transform(view).GetColumn<float>("Y")));
        return t.ToString();
    }

    private static string Load_Scalars_SchemaAndRows()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(new[]
        {
            new Scalars { F = 1.5f, D = 2.25, I = -3, L = 4_000_000_000, U = 5, B = true, S = "six", M = "seven".AsMemory() },
            new Scalars { F = float.NaN, S = "" },
        });
        t.Schema(view.Schema);
        t.Rows(view);
        return t.ToString();
    }

    private static string Load_Vectors_VariableFixedAndVBuffer()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(new[]
        {
            new Vectors
            {
                Free = [1, 2], Fixed = [1, 2, 3], Grid = [1, 2, 3, 4], Words = ["a", "b"],
                Buffer = new VBuffer<float>(4, 1, [9f], [2]), FixedBuffer = new VBuffer<float>(3, [7f, 8f, 9f]),
            },
            new Vectors { Free = [1, 2, 3, 4, 5], Fixed = [0, 0, 0], Grid = [0, 0, 0, 0] },
        });
        t.Schema(view.Schema);
        t.Rows(view);
        return t.ToString();
    }

    private static string Load_NullStringsAndNullArrays()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        t.Rows(ml.Data.LoadFromEnumerable(new[] { new Nullables() }));
        t.Part("array shorter than the declared size", () =>
            t.Rows(ml.Data.LoadFromEnumerable(new[] { new Nullables { Fixed = [1, 2] } }), "Fixed"));
        t.Part("null row", () => t.Rows(ml.Data.LoadFromEnumerable(new Nullables[] { null! }), "Text"));
        t.Throws("null source", () => ml.Data.LoadFromEnumerable<Nullables>(null!));
        return t.ToString();
    }

    private static string Load_ColumnName_NoColumn_Inheritance_PropertiesAndFields()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(new[]
        {
            new Derived { Field = 1, Property = 2, Renamed = 3, Skipped = 4, OwnField = 5, OwnProperty = 6 },
        });
        t.Schema(view.Schema);
        t.Rows(view);
        return t.ToString();
    }

    private static string Load_SchemaDefinition_RenamesSizesAndAnnotates()
    {
        var t = new Transcript();
        var definition = SchemaDefinition.Create(typeof(Vectors));
        t.Line(string.Join(" ", definition.Select(c => $"{c.MemberName}={c.ColumnName}:{c.ColumnType}")));
        definition["Free"].ColumnName = "renamed";
        definition["renamed"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        definition["renamed"].AddAnnotation("Unit", "metre".AsMemory(), TextDataViewType.Instance);
        definition.RemoveAll(c => c.ColumnName != "renamed");

        var view = new MLContext(1).Data.LoadFromEnumerable([new Vectors { Free = [1, 2] }], definition);
        t.Schema(view.Schema);
        t.Rows(view);
        ReadOnlyMemory<char> unit = default;
        view.Schema["renamed"].Annotations.GetValue("Unit", ref unit);
        t.Line($"unit {unit}");
        t.Line($"look-up by a name that is not there gives {(definition["Free"] is null ? "null" : "a column")}");
        return t.ToString();
    }

    private static string Load_RowCount_DependsOnTheCollection()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var array = Kit.Numbers(3);
        void Count(string what, IEnumerable<Number> rows)
        {
            var view = ml.Data.LoadFromEnumerable(rows);
            t.Line($"{what}: rows {Kit.Text(view.GetRowCount())}, shuffle {Kit.Text(view.CanShuffle)}");
        }
        Count("array", array);
        Count("List", array.ToList());
        Count("HashSet", array.ToHashSet());
        Count("iterator", array.Where(_ => true));
        Count("empty array", []);
        return t.ToString();
    }

    private static string Load_EnumeratesTheSourceOncePerCursor()
    {
        var t = new Transcript();
        int started = 0, produced = 0;
        IEnumerable<Number> Source()
        {
            started++;
            foreach (var row in Kit.Numbers(3))
            {
                produced++;
                yield return row;
            }
        }
        var view = new MLContext(1).Data.LoadFromEnumerable(Source());
        t.Line($"after loading: started {started}, produced {produced}");
        using (var cursor = view.GetRowCursor(view.Schema))
        {
            t.Line($"after GetRowCursor: started {started}, produced {produced}");
            cursor.MoveNext();
            t.Line($"after one MoveNext: started {started}, produced {produced}");
        }
        for (int pass = 1; pass <= 2; pass++)
        {
            t.Rows(view);
            t.Line($"after full pass {pass}: started {started}, produced {produced}");
        }
        return t.ToString();
    }

    private static string Load_SeveralCursorsAtOnce()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(3));
        using var one = view.GetRowCursor(view.Schema);
        using var two = view.GetRowCursor(view.Schema);
        var getOne = one.GetGetter<float>(view.Schema["X"]);
        var getTwo = two.GetGetter<float>(view.Schema["X"]);
        float a = 0, b = 0;
        one.MoveNext();
        one.MoveNext();
        two.MoveNext();
        getOne(ref a);
        getTwo(ref b);
        t.Line($"first at {one.Position} has {Kit.Text(a)}, second at {two.Position} has {Kit.Text(b)}");
        t.Line($"cursor schema is the view's: {Kit.Text(ReferenceEquals(one.Schema, view.Schema))}");
        t.Line($"view schema is always the same object: {Kit.Text(ReferenceEquals(view.Schema, view.Schema))}");
        return t.ToString();
    }

    private static string Load_PositionBatchAndId_BeforeOnAndAfterTheRows()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(2));
        using var cursor = view.GetRowCursor(view.Schema);
        var getId = cursor.GetIdGetter();
        void Place(string where)
        {
            t.Line($"{where}: position {cursor.Position}, batch {cursor.Batch}");
            t.Part("  id", () =>
            {
                DataViewRowId id = default;
                getId(ref id);
                t.Line($"  {id}");
            });
        }
        Place("before");
        while (cursor.MoveNext())
            Place("row");
        Place("after");
        t.Line($"MoveNext after the end: {Kit.Text(cursor.MoveNext())}, {Kit.Text(cursor.MoveNext())}");
        return t.ToString();
    }

    private static string Load_GettersBeforeTheFirstRowAndAfterTheEnd()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(1));
        using var cursor = view.GetRowCursor(view.Schema);
        var get = cursor.GetGetter<float>(view.Schema["X"]);
        float value = -1;
        void Get() => get(ref value);
        t.Throws("before the first row", Get);
        cursor.MoveNext();
        t.Throws("on the row", Get);
        t.Line($"value {Kit.Text(value)}");
        cursor.MoveNext();
        t.Throws("after the end", Get);
        t.Throws("GetGetter after the end", () => cursor.GetGetter<float>(view.Schema["X"]));
        return t.ToString();
    }

    private static string Load_CursorSet_HoldsOneCursor()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(5));
        var set = view.GetRowCursorSet(view.Schema, 4);
        int rows = 0;
        while (set[0].MoveNext())
            rows++;
        t.Line($"cursors {set.Length}, rows in the first {rows}");
        foreach (var cursor in set)
            cursor.Dispose();
        return t.ToString();
    }

    private static string Load_UnsupportedMemberTypes()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        t.Part("object member", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithObject() }).Schema));
        t.Part("list member", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithList() }).Schema));
        t.Part("jagged array", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithJagged() }).Schema));
        t.Part("enum member", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithEnum() }).Schema));
        t.Part("Nullable member", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithNullable() }).Schema));
        t.Part("char member", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithChar() }).Schema));
        t.Part("VectorType on a scalar", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithMisplacedSize() }).Schema));
        t.Part("private and static members only", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithNothing() }).Schema));
        return t.ToString();
    }
}
