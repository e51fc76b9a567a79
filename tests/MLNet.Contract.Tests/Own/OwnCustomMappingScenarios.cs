using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: CustomMapping; the texts are the genuine packages' answers.</summary>
public static class OwnCustomMappingScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        CustomMapping_ShapesItRejects,
        CustomMapping_InputReplacedByOutput,
        CustomMapping_ClassesWithOddColumns,
        CustomMapping_LazyMembers,
        CustomMapping_OneObjectPerBatch,
        CustomMapping_NothingInOrOut,
        CustomMapping_MapperAndDependencies);

    private static string CustomMapping_ShapesItRejects()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        void Try<TMember>(string what, params IDataView[] views)
            where TMember : class, new()
        {
            foreach (var view in views)
            {
                var estimator = ml.Transforms.CustomMapping<TMember, Mapped>((_, _) => { }, null);
                t.Throws($"{what}, {Kit.ShapeOf(view.Schema)[0].Kind} {Kit.ShapeOf(view.Schema)[0].ItemType}: shape",
                    () => estimator.GetOutputSchema(Kit.ShapeOf(view.Schema)));
                t.Throws($"{what}, {Kit.ShapeOf(view.Schema)[0].Kind} {Kit.ShapeOf(view.Schema)[0].ItemType}: Fit",
                    () => estimator.Fit(view));
            }
        }

        var scalar = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var free = ml.Data.LoadFromEnumerable(new[] { new FreeX() });
        var sized = ml.Data.LoadFromEnumerable(new[] { new FixedX() });
        var buffer = ml.Data.LoadFromEnumerable(new[] { new BufferX() });
        Try<Number>("scalar member", scalar, free, sized);
        Try<FreeX>("free member", scalar, free, sized, buffer);
        Try<FixedX>("sized member", scalar, free, sized, buffer);
        Try<BufferX>("buffer member", scalar, free, sized, buffer);
        var keys = ml.Data.LoadFromEnumerable(new[] { new Keys() });
        t.Throws("key into key: shape",
            () => ml.Transforms.CustomMapping<Keys, Mapped>((_, _) => { }, null).GetOutputSchema(Kit.ShapeOf(keys.Schema)));
        t.Throws("key into number: shape",
            () => ml.Transforms.CustomMapping<PlainKeys, Mapped>((_, _) => { }, null).GetOutputSchema(Kit.ShapeOf(keys.Schema)));
        t.Throws("key into number: Fit", () => ml.Transforms.CustomMapping<PlainKeys, Mapped>((_, _) => { }, null).Fit(keys));
        return t.ToString();
    }

    private static string CustomMapping_InputReplacedByOutput()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 }, new NumberAndP { X = 3, P = 4 } });
        var estimator = ml.Transforms.CustomMapping<NumberAndP, TwoOutputs>((i, o) =>
        {
            o.P = i.X + i.P;
            o.Q = 10 * i.P;
        }, null);
        t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
        var view = estimator.Fit(loaded).Transform(loaded);
        t.Schema(view.Schema);
        t.Rows(view);
        var both = ml.Transforms.CustomMapping<NumberAndP, NumberAndP>((i, o) => (o.X, o.P) = (i.P, i.X), null).Fit(loaded).Transform(loaded);
        t.Schema(both.Schema);
        t.Rows(both);
        return t.ToString();
    }

    private static string CustomMapping_ClassesWithOddColumns()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("input members that cannot be written",
            () => t.Shape(ml.Transforms.CustomMapping<Access, Mapped>((_, _) => { }, null).GetOutputSchema(Kit.ShapeOf(loaded.Schema))));
        t.Throws("output members that cannot be read",
            () => t.Shape(ml.Transforms.CustomMapping<Nothing, Access>((_, _) => { }, null).GetOutputSchema(Kit.ShapeOf(loaded.Schema))));
        t.Throws("unsupported input member: make", () => ml.Transforms.CustomMapping<WithObject, Mapped>((_, _) => { }, null));
        t.Throws("unsupported output member: make", () => ml.Transforms.CustomMapping<Number, WithObject>((_, _) => { }, null));
        t.Throws("two columns of one name", () => ml.Transforms.CustomMapping<Number, Clash>((_, _) => { }, null));
        t.Throws("null view", () => ml.Transforms.CustomMapping<Number, Mapped>((_, _) => { }, null).Fit(null!));
        t.Throws("null shape", () => ml.Transforms.CustomMapping<Number, Mapped>((_, _) => { }, null).GetOutputSchema(null!));
        t.Throws("null catalog", () => CustomMappingCatalog.CustomMapping<Number, Mapped>(null!, (_, _) => { }, null));
        return t.ToString();
    }

    private static string CustomMapping_LazyMembers()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        int calls = 0;
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        var fitted = ml.Transforms.CustomMapping<Number, TwoOutputs>((i, o) =>
        {
            Interlocked.Increment(ref calls);
            o.P = i.X;
            o.Q += 1;
        }, null).Fit(loaded);
        var view = fitted.Transform(loaded);
        t.Line($"one output {Kit.Text(view.GetColumn<float>("P"))} calls {calls}");
        calls = 0;
        t.Line($"again from the start {Kit.Text(view.GetColumn<float>("Q"))} calls {calls}");
        calls = 0;
        var mapper = ((ITransformer)fitted).GetRowToRowMapper(loaded.Schema);
        using var cursor = loaded.GetRowCursor(loaded.Schema);
        var row = mapper.GetRow(cursor, mapper.OutputSchema);
        var getP = row.GetGetter<float>(mapper.OutputSchema["P"]);
        var getQ = row.GetGetter<float>(mapper.OutputSchema["Q"]);
        float value = 0;
        t.Throws("value before the first row", () => getP(ref value));
        t.Line($"calls {calls}");
        while (cursor.MoveNext())
        {
            getP(ref value);
            getQ(ref value);
            getP(ref value);
        }

        t.Line($"calls over a row {calls}");
        return t.ToString();
    }

    private static string CustomMapping_OneObjectPerBatch()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(256));
        var seen = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        var view = ml.Transforms.CustomMapping<Number, TwoOutputs>((_, o) =>
        {
            lock (seen)
            {
                seen.TryAdd(o, seen.Count);
                o.P = seen[o];
            }
        }, null).Fit(loaded).Transform(loaded);
        float[] objects = [.. view.GetColumn<float>("P")];
        t.Line($"rows of a batch share an object {Kit.Text(objects[..128].Distinct().Count() == 1 && objects[128..].Distinct().Count() == 1)}");
        return t.ToString();
    }

    private static string CustomMapping_NothingInOrOut()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        var nothingOut = ml.Transforms.CustomMapping<Number, Nothing>((_, _) => { }, null).Fit(loaded).Transform(loaded);
        t.Schema(nothingOut.Schema);
        t.Rows(nothingOut);
        var nothingIn = ml.Transforms.CustomMapping<Nothing, OnlyP>((_, o) => o.P = 5, null).Fit(loaded).Transform(loaded);
        t.Schema(nothingIn.Schema);
        t.Rows(nothingIn);
        return t.ToString();
    }

    private static string CustomMapping_MapperAndDependencies()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var fitted = ml.Transforms.CustomMapping<Number, Mapped>(DoubleFactory.Map, null).Fit(loaded);
        var mapper = ((ITransformer)fitted).GetRowToRowMapper(loaded.Schema);
        t.Line("Y needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["Y"]])));
        t.Line("P needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["P"]])));
        t.Throws("Transform(null)", () => fitted.Transform(null!));
        t.Throws("GetOutputSchema(null)", () => fitted.GetOutputSchema(null!));
        t.Throws("GetRowToRowMapper(null)", () => ((ITransformer)fitted).GetRowToRowMapper(null!));
        return t.ToString();
    }
}
