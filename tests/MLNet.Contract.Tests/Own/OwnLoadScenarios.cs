using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: data in; the texts are the genuine packages' answers.</summary>
public static class OwnLoadScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Load_MoreTypesOfMembers,
        Load_Keys,
        Load_PropertiesByAccess,
        Load_ColumnNamesThatClashOrAreEmpty,
        Load_SchemaDefinitionThatDoesNotFit,
        Load_SchemaDefinitionDetails,
        Load_WithASchema,
        Load_RandomAndNullColumns,
        Load_ColumnsAskedForTwice,
        Load_DisposedCursor,
        Load_SourceThatThrows,
        Load_ValuesAreCopiedOrShared,
        Load_EmptyVectorsAndSparseOnes);

    private static string Load_MoreTypesOfMembers()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(new[]
        {
            new Many
            {
                A = -1, B = 2, C = -3, D = 4, E = 5, F = new DateTime(2020, 1, 2), G = new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero),
                H = TimeSpan.FromMinutes(1), I = new DataViewRowId(7, 8), J = [true, false], K = [1, 2], L = ["x", null!], M = [TimeSpan.Zero],
                N = ["m".AsMemory()],
            },
        });
        t.Schema(view.Schema);
        using var cursor = view.GetRowCursor(view.Schema);
        cursor.MoveNext();
        t.Line(string.Join(" ", view.Schema.Select(c => Values.Of(cursor, c))));
        return t.ToString();
    }

    private static string Load_Keys()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[]
        {
            new Keys { U = 0, B = 3, V = [0, 4, 5] }, new Keys { U = 4, B = 4 }, new Keys { U = uint.MaxValue, B = 255 },
        });
        t.Schema(view.Schema);
        using (var cursor = view.GetRowCursor(view.Schema))
        {
            while (cursor.MoveNext())
            {
                t.Line(string.Join(" ", view.Schema.Select(c => Values.Of(cursor, c))));
            }
        }

        t.Part("key without a count", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new UncountedKey() }).Schema));
        t.Part("key of int", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new IntKey() }).Schema));
        t.Part("key of float", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new FloatKey() }).Schema));
        t.Part("key of count 0", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new ZeroKey() }).Schema));
        t.Part("key count beyond the type", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new BigKey() }).Schema));
        return t.ToString();
    }

    private static string Load_PropertiesByAccess()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        t.Schema(ml.Data.LoadFromEnumerable(new[] { new Access() }).Schema);
        foreach (var direction in Enum.GetValues<SchemaDefinition.Direction>())
        {
            t.Line($"{direction}: {string.Join(" ", SchemaDefinition.Create(typeof(Access), direction).Select(c => c.MemberName))}");
        }

        t.Throws("no type", () => SchemaDefinition.Create(null!));
        return t.ToString();
    }

    private static string Load_ColumnNamesThatClashOrAreEmpty()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        t.Throws("two members, one name", () => ml.Data.LoadFromEnumerable(new[] { new Clash() }));
        t.Part("empty name", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new EmptyName() }).Schema));
        t.Part("names that differ in case", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new CaseNames() }).Schema));
        t.Part("member that hides the base's", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new HidingMember() }).Schema));
        t.Part("indexer", () => t.Schema(ml.Data.LoadFromEnumerable(new[] { new WithIndexer() }).Schema));
        return t.ToString();
    }

    private static string Load_SchemaDefinitionThatDoesNotFit()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        void With(string what, Action<SchemaDefinition> change)
        {
            var definition = SchemaDefinition.Create(typeof(FreeX));
            change(definition);
            t.Part(what, () =>
            {
                var view = ml.Data.LoadFromEnumerable([new FreeX { X = [1, 2] }], definition);
                t.Schema(view.Schema);
                t.Rows(view);
            });
        }

        With("vector of other items", d => d["X"].ColumnType = new VectorDataViewType(NumberDataViewType.Int32, 2));
        With("scalar for an array", d => d["X"].ColumnType = NumberDataViewType.Single);
        With("no type", d => d["X"].ColumnType = null!);
        With("no name", d => d["X"].ColumnName = null!);
        With("empty name", d => d["X"].ColumnName = "");
        With("twice the same column", d => d.Add(d[0]));
        With("no columns", d => d.Clear());
        With("two dimensions", d => d["X"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1, 2));
        t.Throws("a definition of another class", () => ml.Data.LoadFromEnumerable([new FreeX()], SchemaDefinition.Create(typeof(OnlyP))));
        return t.ToString();
    }

    private static string Load_SchemaDefinitionDetails()
    {
        var t = new Transcript();
        var definition = SchemaDefinition.Create(typeof(NumberAndP));
        t.Line($"annotations of a fresh column {definition["X"].Annotations.Schema.Count}");
        definition["X"].AddAnnotation("A", 1f, NumberDataViewType.Single);
        t.Throws("same kind again", () => definition["X"].AddAnnotation("A", 2f, NumberDataViewType.Single));
        t.Throws("value of another type", () => definition["X"].AddAnnotation("B", 2, NumberDataViewType.Single));
        t.Throws("no kind", () => definition["X"].AddAnnotation(null!, 2f, NumberDataViewType.Single));
        t.Line("annotations " + Kit.Names(definition["X"].Annotations.Schema));
        var p = definition["P"];
        t.Throws("set under another name", () => definition["X"] = p);
        t.Throws("set under its own name", () => definition["P"] = p);
        p.ColumnName = "X";
        t.Throws("set under the name of another", () => definition["X"] = p);
        p.ColumnName = "new";
        t.Throws("set under a new name", () => definition["new"] = p);
        t.Line(string.Join(" ", definition.Select(c => $"{c.MemberName}={c.ColumnName}")));
        t.Throws("set to null", () => definition["P"] = null!);
        t.Throws("look-up of null", () => t.Line($"null gives {(definition[null!] is null ? "null" : "a column")}"));
        return t.ToString();
    }

    private static string Load_WithASchema()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Scale", NumberDataViewType.Single, 0.5f);
        DataViewSchema Make(Action<DataViewSchema.Builder> build)
        {
            var builder = new DataViewSchema.Builder();
            build(builder);
            return builder.ToSchema();
        }

        void With(string what, DataViewSchema schema) => t.Part(what, () =>
        {
            var view = ml.Data.LoadFromEnumerable([new FreeX { X = [1, 2] }], schema);
            t.Schema(view.Schema);
            t.Rows(view);
        });
        With("size and annotations", Make(b => b.AddColumn("X", new VectorDataViewType(NumberDataViewType.Single, 2), annotations.ToAnnotations())));
        With("another type", Make(b => b.AddColumn("X", new VectorDataViewType(NumberDataViewType.Int32, 2))));
        t.Throws("null schema", () => ml.Data.LoadFromEnumerable(new[] { new FreeX() }, (DataViewSchema)null!));
        return t.ToString();
    }

    private static string Load_RandomAndNullColumns()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(4));
        using (var cursor = view.GetRowCursor(view.Schema, new Random(1)))
        {
            var get = cursor.GetGetter<float>(view.Schema["X"]);
            var seen = new List<float>();
            float value = 0;
            while (cursor.MoveNext())
            {
                get(ref value);
                seen.Add(value);
            }

            t.Line(Kit.Text(seen));
        }

        t.Throws("null columns", () => view.GetRowCursor(null!));
        t.Line($"set of 0: {view.GetRowCursorSet(view.Schema, 0).Length}");
        return t.ToString();
    }

    private static string Load_ColumnsAskedForTwice()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        using var cursor = view.GetRowCursor([view.Schema["P"], view.Schema["P"]]);
        cursor.MoveNext();
        var one = cursor.GetGetter<float>(view.Schema["P"]);
        var two = cursor.GetGetter<float>(view.Schema["P"]);
        float a = 0;
        float b = 0;
        one(ref a);
        two(ref b);
        t.Line($"{Kit.Text(a)} {Kit.Text(b)}, active X {Kit.Text(cursor.IsColumnActive(view.Schema["X"]))}");
        return t.ToString();
    }

    private static string Load_DisposedCursor()
    {
        var t = new Transcript();
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(3));
        var cursor = view.GetRowCursor(view.Schema);
        var get = cursor.GetGetter<float>(view.Schema["X"]);
        cursor.MoveNext();
        cursor.Dispose();
        t.Line($"position {cursor.Position}, MoveNext {Kit.Text(cursor.MoveNext())}");
        float value = -1;
        t.Throws("value", () => get(ref value));
        cursor.Dispose();
        return t.ToString();
    }

    private static string Load_SourceThatThrows()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        static IEnumerable<Number> Source()
        {
            yield return new Number { X = 1 };
            throw new FormatException();
        }

        var view = ml.Data.LoadFromEnumerable(Source());
        t.Part("plain cursor", () => t.Rows(view));
        t.Throws("CreateEnumerable", () => _ = ml.Data.CreateEnumerable<Number>(view, false).Count());
        var copied = ml.Transforms.CopyColumns("Y", "X").Fit(view).Transform(view);
        t.Throws("behind CopyColumns, added column", () => _ = copied.GetColumn<float>("Y").Count());
        t.Throws("behind CopyColumns, other column", () => _ = copied.GetColumn<float>("X").Count());
        return t.ToString();
    }

    private static string Load_ValuesAreCopiedOrShared()
    {
        var t = new Transcript();
        var row = new BufferX { X = new VBuffer<float>(2, [1f, 2f]) };
        var view = new MLContext(1).Data.LoadFromEnumerable(new[] { row });
        using var cursor = view.GetRowCursor(view.Schema);
        var get = cursor.GetGetter<VBuffer<float>>(view.Schema["X"]);
        cursor.MoveNext();
        VBuffer<float> value = default;
        get(ref value);
        t.Line($"buffer shares its array {Kit.Text(value.GetValues().Overlaps(row.X.GetValues()))}");
        return t.ToString();
    }

    private static string Load_EmptyVectorsAndSparseOnes()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[]
        {
            new BufferX { X = new VBuffer<float>(3, 0, [], []) }, new BufferX { X = new VBuffer<float>(0, []) }, new BufferX(),
        });
        t.Rows(view);
        var copied = ml.Transforms.CopyColumns("Y", "X").Fit(view).Transform(view);
        t.Rows(copied, "Y");
        t.Line("as arrays " + Kit.Text(ml.Data.CreateEnumerable<FreeX>(copied, false).Select(r => r.X).ToList()));
        return t.ToString();
    }
}
