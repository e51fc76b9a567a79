using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: schemas, annotations and shapes; the texts are the genuine packages' answers.</summary>
public static class OwnSchemaScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Schema_TextOfSchemasColumnsAndAnnotations,
        Schema_BuilderGoesOnAfterToSchema,
        Schema_NullsGivenToBuilders,
        Schema_DetachedColumns,
        Annotations_SelectorDuplicatesAndDelegates,
        Annotations_OfAnnotations,
        Annotations_Errors,
        Shape_OfAnnotationsAndKeys);

    private static DataViewSchema Schema(Action<DataViewSchema.Builder> build)
    {
        var builder = new DataViewSchema.Builder();
        build(builder);
        return builder.ToSchema();
    }

    private static string Schema_TextOfSchemasColumnsAndAnnotations()
    {
        var t = new Transcript();
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("A", NumberDataViewType.Single, 0.5f);
        annotations.AddPrimitiveValue("B", TextDataViewType.Instance, "x".AsMemory());
        var schema = Schema(b =>
        {
            b.AddColumn("a", NumberDataViewType.Single, annotations.ToAnnotations());
            b.AddColumn("b", new VectorDataViewType(NumberDataViewType.Single, 2, 3));
            b.AddColumn("a", TextDataViewType.Instance);
        });
        t.Line($"{schema}");
        foreach (var column in schema)
        {
            t.Line($"{column}");
        }

        t.Line($"{schema[0].Annotations}");
        t.Line($"{DataViewSchema.Annotations.Empty}");
        t.Line($"{default(DataViewSchema.Column).Name is null} {default(DataViewSchema.DetachedColumn).Name is null}");
        return t.ToString();
    }

    private static string Schema_BuilderGoesOnAfterToSchema()
    {
        var t = new Transcript();
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("a", NumberDataViewType.Single);
        var one = builder.ToSchema();
        builder.AddColumn("b", NumberDataViewType.Single);
        var two = builder.ToSchema();
        t.Line($"{one.Count} {two.Count}, new objects {Kit.Text(!ReferenceEquals(two, builder.ToSchema()))}");
        t.Line($"same column {Kit.Text(one[0].Equals(two[0]))}, hash codes equal {Kit.Text(one[0].GetHashCode() == two[0].GetHashCode())}");
        return t.ToString();
    }

    private static string Schema_NullsGivenToBuilders()
    {
        var t = new Transcript();
        t.Throws("null columns", () => new DataViewSchema.Builder().AddColumns((IEnumerable<DataViewSchema.Column>)null!));
        t.Throws("null detached columns", () => new DataViewSchema.Builder().AddColumns((IEnumerable<DataViewSchema.DetachedColumn>)null!));
        t.Throws("null name", () => new DataViewSchema.Builder().AddColumn(null!, NumberDataViewType.Single));
        t.Throws("default detached column", () =>
        {
            var builder = new DataViewSchema.Builder();
            builder.AddColumns([default(DataViewSchema.DetachedColumn)]);
            t.Line($"count {builder.ToSchema().Count}");
        });
        t.Throws("white space", () => new DataViewSchema.Builder().AddColumn(" ", NumberDataViewType.Single));
        return t.ToString();
    }

    private static string Schema_DetachedColumns()
    {
        var t = new Transcript();
        t.Throws("no name", () => _ = new DataViewSchema.DetachedColumn("", NumberDataViewType.Single));
        t.Throws("no type", () => _ = new DataViewSchema.DetachedColumn("a", null!));
        var column = new DataViewSchema.DetachedColumn("a", NumberDataViewType.Single);
        t.Line($"annotations are Empty {Kit.Text(ReferenceEquals(column.Annotations, DataViewSchema.Annotations.Empty))}");
        t.Throws("default column", () => _ = new DataViewSchema.DetachedColumn(default(DataViewSchema.Column)));
        return t.ToString();
    }

    private static string Annotations_SelectorDuplicatesAndDelegates()
    {
        var t = new Transcript();
        var first = new DataViewSchema.Annotations.Builder();
        first.AddPrimitiveValue("A", NumberDataViewType.Single, 1f);
        first.AddPrimitiveValue("B", NumberDataViewType.Single, 2f);
        var second = new DataViewSchema.Annotations.Builder();
        second.Add(first.ToAnnotations(), name => name == "B");
        second.Add(null!, _ => true);
        second.AddPrimitiveValue("B", NumberDataViewType.Single, 3f);
        Delegate getter = (ValueGetter<VBuffer<float>>)((ref VBuffer<float> v) => v = new VBuffer<float>(1, [4f]));
        second.Add("C", new VectorDataViewType(NumberDataViewType.Single, 1), getter);
        var annotations = second.ToAnnotations();
        t.Schema(annotations.Schema);
        float b = 0;
        VBuffer<float> c = default;
        annotations.GetValue("B", ref b);
        annotations.GetValue("C", ref c);
        t.Line($"{Kit.Text(b)} {Kit.Text(c)}");
        annotations.GetGetter<float>(annotations.Schema[0])(ref b);
        t.Line($"the hidden one {Kit.Text(b)}");
        return t.ToString();
    }

    private static string Annotations_OfAnnotations()
    {
        var t = new Transcript();
        var inner = new DataViewSchema.Annotations.Builder();
        inner.AddPrimitiveValue("Inner", BooleanDataViewType.Instance, true);
        var outer = new DataViewSchema.Annotations.Builder();
        outer.AddPrimitiveValue("Outer", NumberDataViewType.Single, 1f, inner.ToAnnotations());
        t.Schema(outer.ToAnnotations().Schema);
        t.Shape(Kit.ShapeOf(Schema(b => b.AddColumn("a", NumberDataViewType.Single, outer.ToAnnotations()))));
        return t.ToString();
    }

    private static string Annotations_Errors()
    {
        var t = new Transcript();
        static DataViewSchema.Annotations.Builder New() => new();
        ValueGetter<float> getter = (ref float v) => v = 1;
        t.Throws("no name", () => New().Add("", NumberDataViewType.Single, getter));
        t.Throws("no type", () => New().Add("A", null!, getter));
        t.Throws("no getter", () => New().Add("A", NumberDataViewType.Single, (ValueGetter<float>)null!));
        t.Throws("no delegate", () => New().Add("A", NumberDataViewType.Single, (Delegate)null!));
        t.Throws("getter of another type", () => New().Add("A", NumberDataViewType.Double, getter));
        t.Throws("delegate of another type", () => New().Add("A", NumberDataViewType.Double, (Delegate)getter));
        t.Throws("delegate of another kind", () => New().Add("A", NumberDataViewType.Single, (Delegate)(() => 1f)));
        t.Throws("value of another type", () => New().AddPrimitiveValue("A", NumberDataViewType.Double, 1f));
        t.Throws("value without a type", () => New().AddPrimitiveValue("A", null!, 1f));
        t.Throws("value without a name", () => New().AddPrimitiveValue(null!, NumberDataViewType.Single, 1f));
        t.Throws("no selector", () => New().Add(DataViewSchema.Annotations.Empty, null!));
        var builder = New();
        builder.Add("A", NumberDataViewType.Single, getter);
        var annotations = builder.ToAnnotations();
        float value = 0;
        t.Throws("no kind", () => annotations.GetValue(null!, ref value));
        t.Throws("getter of a wrong type", () => annotations.GetGetter<int>(annotations.Schema[0]));
        var other = Schema(b =>
        {
            b.AddColumn("x", NumberDataViewType.Single);
            b.AddColumn("y", NumberDataViewType.Single);
        });
        t.Throws("column with an index beyond the schema", () => annotations.GetGetter<float>(other[1]));
        t.Throws("column of another schema", () => annotations.GetGetter<float>(other[0])(ref value));
        return t.ToString();
    }

    private static string Shape_OfAnnotationsAndKeys()
    {
        var t = new Transcript();
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("V", new VectorDataViewType(new KeyDataViewType(typeof(byte), 3), 2), (ref VBuffer<byte> v) => v = new(2, [1, 2]));
        annotations.AddPrimitiveValue("S", NumberDataViewType.Single, 1f);
        annotations.AddPrimitiveValue("S", TextDataViewType.Instance, "s".AsMemory());
        var shape = Kit.ShapeOf(Schema(b =>
        {
            b.AddColumn("a", new KeyDataViewType(typeof(ulong), 9), annotations.ToAnnotations());
            b.AddColumn("b", new ImageDataViewType(2, 3));
        }));
        t.Shape(shape);
        t.Shape(shape[0].Annotations);
        t.Throws("index beyond", () => _ = shape[2]);
        t.Throws("index before", () => _ = shape[-1]);
        t.Line($"from its own columns {new SchemaShape(shape).Count}, doubled {new SchemaShape(shape.Concat(shape)).Count}");
        return t.ToString();
    }
}
