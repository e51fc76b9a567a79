using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: ML.NET stages.</summary>
public static class StageScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        CustomMapping_SchemaShapeAndRows,
        CustomMapping_MissingOrUnfitInputColumn,
        CustomMapping_SchemaDefinitionsOnBothSides,
        CustomMapping_ReusesItsObjectsAndRunsOncePerRow,
        CopyColumns_SchemaRowsAndErrors);

    private static string CustomMapping_SchemaShapeAndRows()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        foreach (string? contract in new[] { null, "contract-double" })
        {
            var estimator = ml.Transforms.CustomMapping<Number, Mapped>(DoubleFactory.Map, contract!);
            t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
            ITransformer fitted = estimator.Fit(loaded);
            var view = fitted.Transform(loaded);
            t.Schema(view.Schema);
            t.Rows(view);
            t.Line($"row mapper {Kit.Text(fitted.IsRowToRowMapper)}, row count {Kit.Text(view.GetRowCount())}");
        }
        t.Throws("no action", () => ml.Transforms.CustomMapping<Number, Mapped>(null!, null));
        t.Throws("empty contract name", () => ml.Transforms.CustomMapping<Number, Mapped>(DoubleFactory.Map, ""));
        return t.ToString();
    }

    private static string CustomMapping_MissingOrUnfitInputColumn()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var estimator = ml.Transforms.CustomMapping<Number, Mapped>(DoubleFactory.Map, null);
        var without = ml.Data.LoadFromEnumerable(new[] { new OnlyP { P = 1 } });
        var vector = ml.Data.LoadFromEnumerable(new[] { new FixedX { X = [1, 2, 3] } });
        var integer = ml.Data.LoadFromEnumerable(new[] { new IntX { X = 1 } });
        foreach (var (name, view) in new[] { ("missing", without), ("vector", vector), ("integer", integer) })
        {
            t.Throws($"{name}: shape", () => estimator.GetOutputSchema(Kit.ShapeOf(view.Schema)));
            t.Throws($"{name}: Fit", () => estimator.Fit(view));
            t.Throws($"{name}: Transform", () => estimator.Fit(ml.Data.LoadFromEnumerable(Kit.Numbers(1))).Transform(view));
        }
        var sized = ml.Transforms.CustomMapping<FixedX4, Mapped>((_, _) => { }, null);
        t.Throws("size 3 for a member of size 4: shape", () => sized.GetOutputSchema(Kit.ShapeOf(vector.Schema)));
        t.Throws("size 3 for a member of size 4: Fit", () => sized.Fit(vector));
        var free = ml.Transforms.CustomMapping<FreeX, Mapped>((_, _) => { }, null);
        t.Throws("size 3 for a member of free size: shape", () => free.GetOutputSchema(Kit.ShapeOf(vector.Schema)));
        t.Throws("size 3 for a member of free size: Fit", () => free.Fit(vector));
        return t.ToString();
    }

    private static string CustomMapping_SchemaDefinitionsOnBothSides()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new Renamed { In = [1, 2] } });
        var source = SchemaDefinition.Create(typeof(FreeX));
        source["X"].ColumnName = "in";
        source["in"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        var target = SchemaDefinition.Create(typeof(FreeX));
        target["X"].ColumnName = "out";
        target["out"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        target["out"].AddAnnotation("Scale", 0.5f, NumberDataViewType.Single);
        var estimator = ml.Transforms.CustomMapping<FreeX, FreeX>((i, o) => o.X = [.. i.X, 3], null, source, target);
        t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
        var view = estimator.Fit(loaded).Transform(loaded);
        t.Schema(view.Schema);
        t.Rows(view);
        return t.ToString();
    }

    private static string CustomMapping_ReusesItsObjectsAndRunsOncePerRow()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(4));
        var sources = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var targets = new HashSet<object>(ReferenceEqualityComparer.Instance);
        int calls = 0;
        var view = ml.Transforms.CustomMapping<Number, TwoOutputs>((i, o) =>
        {
            calls++;
            sources.Add(i);
            targets.Add(o);
            o.P = i.X;
            o.Q += 1;
        }, null).Fit(loaded).Transform(loaded);
        t.Line($"before the first row: calls {calls}");
        t.Rows(view);
        t.Line($"calls {calls}, source objects {sources.Count}, target objects {targets.Count}");
        calls = 0;
        _ = view.GetColumn<float>("X").Count();
        t.Line($"only an input column: calls {calls}");
        return t.ToString();
    }

    private static string CopyColumns_SchemaRowsAndErrors()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var estimator = ml.Transforms.CopyColumns("X", "P");
        t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
        var view = estimator.Fit(loaded).Transform(loaded);
        t.Schema(view.Schema);
        t.Rows(view);
        var missing = ml.Transforms.CopyColumns("Z", "nope");
        t.Throws("missing input: shape", () => missing.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
        t.Throws("missing input: Fit", () => missing.Fit(loaded));
        t.Throws("null output", () => ml.Transforms.CopyColumns(null!, "X"));
        t.Throws("null input", () => ml.Transforms.CopyColumns("Z", null!));
        return t.ToString();
    }
}
