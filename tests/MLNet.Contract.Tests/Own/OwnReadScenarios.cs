using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: data out, and options of the context; the texts are the genuine packages' answers.</summary>
public static class OwnReadScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Enumerable_KeysAndMoreTypes,
        Enumerable_VectorsOfText,
        Enumerable_BuffersAreDistinct,
        Enumerable_SchemaDefinitionRenames,
        Enumerable_HiddenColumnsAndDuplicateNames,
        Enumerable_MembersThatCannotBeWritten,
        Enumerable_GetGetterThatThrows,
        GetColumn_MoreTypes,
        GetColumn_HiddenColumn,
        Context_Options);

    private static string Enumerable_KeysAndMoreTypes()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var keys = ml.Data.LoadFromEnumerable(new[] { new Keys { U = 2, B = 9, V = [1, 2] } });
        foreach (var row in ml.Data.CreateEnumerable<PlainKeys>(keys, false))
        {
            t.Line($"key members without attribute {row.U} {row.B} {Kit.Text(row.V)}");
        }

        foreach (var row in ml.Data.CreateEnumerable<Keys>(keys, false))
        {
            t.Line($"key members {row.U} {row.B} {Kit.Text(row.V)}");
        }

        t.Throws("key into an int", () => _ = ml.Data.CreateEnumerable<IntU>(keys, false).First());
        var plain = ml.Data.LoadFromEnumerable(new[] { new PlainKeys { U = 2, V = [1] } });
        t.Throws("number into a key", () => _ = ml.Data.CreateEnumerable<Keys>(plain, false, ignoreMissingColumns: true).First());
        var many = ml.Data.LoadFromEnumerable(new[] { new Many { F = new DateTime(2020, 1, 2), H = TimeSpan.FromHours(1), I = new DataViewRowId(1, 2), L = ["p"] } });
        var back = ml.Data.CreateEnumerable<Many>(many, false).First();
        t.Line($"{Kit.Text(back.F)} {back.H} {back.I} {Kit.Text(back.L)} {Kit.Text(back.J)}");
        return t.ToString();
    }

    private static string Enumerable_VectorsOfText()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new Words { W = ["a", null!, "c"] }, new Words { W = [] }, new Words { W = null! } });
        foreach (var row in ml.Data.CreateEnumerable<Words>(view, false))
        {
            t.Line(Kit.Text(row.W));
        }

        foreach (var row in ml.Data.CreateEnumerable<MemoryWords>(view, false))
        {
            t.Line(Kit.Text(row.W));
        }

        t.Throws("text vector into floats", () => _ = ml.Data.CreateEnumerable<FloatWords>(view, false).First());
        t.Throws("text vector into a string", () => _ = ml.Data.CreateEnumerable<OneWord>(view, false).First());
        return t.ToString();
    }

    private static string Enumerable_BuffersAreDistinct()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new BufferX { X = new(2, [1f, 2f]) }, new BufferX { X = new(2, [3f, 4f]) } });
        foreach (bool reuse in new[] { false, true })
        {
            var rows = ml.Data.CreateEnumerable<BufferX>(view, reuse).ToList();
            t.Line($"reuse {Kit.Text(reuse)}: {string.Join(" ", rows.Select(r => Kit.Text(r.X)))}");
        }

        var arrays = ml.Data.CreateEnumerable<FreeX>(view, reuseRowObject: true).Select(r => r.X).ToList();
        t.Line($"arrays of a reused object: distinct {arrays.Distinct(ReferenceEqualityComparer.Instance).Count()}");
        var prefilled = ml.Data.CreateEnumerable<SharedArray>(view, reuseRowObject: false).Select(r => r.X).ToList();
        t.Line($"arrays that were there: distinct {prefilled.Distinct(ReferenceEqualityComparer.Instance).Count()}");
        t.Line("GetColumn " + Kit.Text(view.GetColumn<VBuffer<float>>("X").ToList()));
        var filled = new PrefilledBuffer();
        t.Line("prefilled " + string.Join(" ", ml.Data.CreateEnumerable<PrefilledBuffer>(view, false).Select(r => Kit.Text(r.X))) + $" of {filled.X.Length}");
        return t.ToString();
    }

    private static string Enumerable_SchemaDefinitionRenames()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var definition = SchemaDefinition.Create(typeof(Number));
        definition["X"].ColumnName = "P";
        t.Line(Kit.Text(ml.Data.CreateEnumerable<Number>(view, false, schemaDefinition: definition).First().X));
        definition["P"].ColumnName = "nope";
        t.Throws("missing", () => ml.Data.CreateEnumerable<Number>(view, false, schemaDefinition: definition));
        definition["nope"].ColumnType = NumberDataViewType.Double;
        t.Throws("type that does not fit the member", () => ml.Data.CreateEnumerable<Number>(view, false, true, definition));
        return t.ToString();
    }

    private static string Enumerable_HiddenColumnsAndDuplicateNames()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var view = ml.Transforms.CopyColumns("X", "P").Fit(loaded).Transform(loaded);
        t.Line($"the visible one {Kit.Text(ml.Data.CreateEnumerable<Number>(view, false).First().X)}");
        var twice = ml.Transforms.CopyColumns("X", "P").Fit(view).Transform(view);
        t.Schema(twice.Schema);
        t.Rows(twice);
        using var cursor = twice.GetRowCursor(twice.Schema);
        cursor.MoveNext();
        t.Line("all, hidden ones too " + string.Join(" ", twice.Schema.Select(c => Values.Of(cursor, c))));
        return t.ToString();
    }

    private static string Enumerable_MembersThatCannotBeWritten()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var row = ml.Data.CreateEnumerable<Access>(view, false, ignoreMissingColumns: true).First();
        t.Line($"private set {Kit.Text(row.PrivateSet)}");
        t.Throws("members that the view lacks", () => ml.Data.CreateEnumerable<Access>(view, false));
        t.Throws("readonly field", () => t.Line($"readonly {Kit.Text(ml.Data.CreateEnumerable<ReadOnlyX>(view, false).First().X)}"));
        return t.ToString();
    }

    private static string Enumerable_GetGetterThatThrows()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        var view = new RefusingView(loaded);
        t.Throws("CreateEnumerable", () => _ = ml.Data.CreateEnumerable<Number>(view, false).Count());
        t.Throws("GetColumn", () => _ = view.GetColumn<float>("X").Count());
        var vectors = new RefusingView(ml.Data.LoadFromEnumerable(new[] { new Words { W = ["a"] } }));
        t.Throws("GetColumn of arrays", () => _ = vectors.GetColumn<string[]>("W").Count());
        var text = new RefusingView(ml.Data.LoadFromEnumerable(new[] { new OneWord() }));
        t.Throws("GetColumn of strings", () => _ = text.GetColumn<string>("W").Count());
        var copied = ml.Transforms.CopyColumns("Y", "X").Fit(view).Transform(view);
        t.Throws("behind CopyColumns", () => _ = copied.GetColumn<float>("Y").Count());
        t.Throws("behind CopyColumns, passed on", () => _ = copied.GetColumn<float>("X").Count());
        var mapped = ml.Transforms.CustomMapping<Number, Mapped>(DoubleFactory.Map, null).Fit(view).Transform(view);
        t.Throws("behind CustomMapping", () => _ = mapped.GetColumn<float>("Y").Count());
        return t.ToString();
    }

    private static string GetColumn_MoreTypes()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new Many { L = ["x", null!], J = [true], K = [1, 2] } });
        t.Line(Kit.Text(view.GetColumn<string[]>("L")));
        t.Throws("text vector as memories", () => t.Line(Kit.Text(view.GetColumn<ReadOnlyMemory<char>[]>("L"))));
        t.Line(Kit.Text(view.GetColumn<VBuffer<ReadOnlyMemory<char>>>("L")));
        t.Line(Kit.Text(view.GetColumn<bool[]>("J")));
        t.Line(Kit.Text(view.GetColumn<byte[]>("K")));
        t.Line(Kit.Text(view.GetColumn<DateTime>("F").Select(d => d.Year)));
        t.Throws("text vector as string", () => _ = view.GetColumn<string>("L").First());
        t.Throws("bytes as floats", () => _ = view.GetColumn<float[]>("K").First());
        t.Throws("as object", () => _ = view.GetColumn<object>("A").First());
        t.Throws("null view", () => ((IDataView)null!).GetColumn<float>("A"));
        var keys = ml.Data.LoadFromEnumerable(new[] { new Keys { U = 2 } });
        t.Line($"key as uint {Kit.Text(keys.GetColumn<uint>("U"))}");
        t.Throws("empty name", () => view.GetColumn<float>(""));
        return t.ToString();
    }

    private static string GetColumn_HiddenColumn()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var view = ml.Transforms.CopyColumns("X", "P").Fit(loaded).Transform(loaded);
        t.Line($"visible {Kit.Text(view.GetColumn<float>("X"))}, hidden {Kit.Text(view.GetColumn<float>(view.Schema[0]))}");
        t.Throws("column of the view before", () => t.Line(Kit.Text(view.GetColumn<float>(loaded.Schema["P"]))));
        t.Throws("default column", () => view.GetColumn<float>(default(DataViewSchema.Column)));
        return t.ToString();
    }

    private static string Context_Options()
    {
        var t = new Transcript();
        var ml = new MLContext(seed: 3) { GpuDeviceId = 2, FallbackToCpu = true };
        t.Line($"{Kit.Text(ml.GpuDeviceId)} {Kit.Text(ml.FallbackToCpu)}");
        t.Line($"add {Kit.Text(ml.TryAddOption("a", 1))}, again {Kit.Text(ml.TryAddOption("a", 2))}");
        t.Line($"get {Kit.Text(ml.TryGetOption("a", out int a))} {a}, default {ml.GetOptionOrDefault<int>("b")}");
        t.Line($"is the default kept {Kit.Text(ml.TryGetOption("b", out int _))}");
        t.Throws("another type than the default", () => ml.GetOptionOrDefault<string>("b"));
        ml.SetOption("a", 5);
        t.Line($"set {ml.GetOptionOrDefault<int>("a")}, remove {Kit.Text(ml.RemoveOption("a"))}, again {Kit.Text(ml.RemoveOption("a"))}");
        t.Line($"gone {Kit.Text(ml.TryGetOption("a", out int gone))} {gone}");
        ml.SetOption("c", "text");
        t.Throws("another type", () => ml.GetOptionOrDefault<int>("c"));
        return t.ToString();
    }
}
