using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: shapes.</summary>
public static class ShapeScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Shape_ThroughALoader,
        Shape_ThroughCustomMapping,
        Shape_CapturedInAChain);

    private static string Shape_ThroughALoader()
    {
        var t = new Transcript();
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Scale", NumberDataViewType.Single, 0.5f);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("scalar", NumberDataViewType.Single, annotations.ToAnnotations());
        builder.AddColumn("text", TextDataViewType.Instance);
        builder.AddColumn("fixed", new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        builder.AddColumn("free", new VectorDataViewType(NumberDataViewType.Int64));
        builder.AddColumn("partly", new VectorDataViewType(NumberDataViewType.Single, 0, 3));
        builder.AddColumn("key", new KeyDataViewType(typeof(uint), 5));
        builder.AddColumn("keys", new VectorDataViewType(new KeyDataViewType(typeof(uint), 5), 2));
        builder.AddColumn("tokens", TokensType.Of(3));
        builder.AddColumn("scalar", BooleanDataViewType.Instance);
        var shape = Kit.ShapeOf(builder.ToSchema());
        t.Shape(shape);
        t.Line($"count {shape.Count}, first by index {shape[0].Name}, annotations of a plain column {shape.First(c => c.Name == "text").Annotations.Count}");
        t.Line($"the item type is the schema's object {Kit.Text(ReferenceEquals(shape.First(c => c.Name == "tokens").ItemType, TokensType.Of(3)))}");
        t.Throws("SchemaShape(null)", () => _ = new SchemaShape(null!));
        t.Line($"default column: name is null {Kit.Text(default(SchemaShape.Column).Name is null)}, kind {default(SchemaShape.Column).Kind}");
        return t.ToString();
    }

    private static string Shape_ThroughCustomMapping()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        t.Shape(ml.Transforms.CustomMapping<Nothing, Vectors>((_, _) => { }, null).GetOutputSchema(new SchemaShape([])));
        var definition = SchemaDefinition.Create(typeof(Number));
        definition["X"].ColumnName = "renamed";
        var shape = ml.Transforms.CustomMapping<Nothing, Number>((_, _) => { }, null, null, definition)
            .GetOutputSchema(Kit.ShapeOf(ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema));
        t.Shape(shape);
        t.Line("an output that replaces an input column");
        t.Shape(ml.Transforms.CustomMapping<Nothing, IntX>((_, _) => { }, null)
            .GetOutputSchema(Kit.ShapeOf(ml.Data.LoadFromEnumerable(new[] { new NumberAndP() }).Schema)));
        return t.ToString();
    }

    private static string Shape_CapturedInAChain()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        SchemaShape? seen = null;
        var probe = new ShapeProbe(s => seen = s);
        probe.Append(ml.Transforms.CopyColumns("Q", "Free")).Fit(ml.Data.LoadFromEnumerable(new[] { new Vectors() }));
        t.Shape(seen!);
        ml.Transforms.CopyColumns("Q", "X").Append(ml.Transforms.CopyColumns("X", "Q")).Append(probe)
            .Fit(ml.Data.LoadFromEnumerable(Kit.Numbers(1)));
        t.Line("after two stages");
        t.Shape(seen!);
        return t.ToString();
    }
}
