using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: schemas and types.</summary>
public static class SchemaAndTypeScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Schema_DuplicateNameHidesTheEarlierColumn,
        Schema_LookUpOfUnknownColumns,
        Schema_Annotations,
        Schema_ColumnsOfAnotherSchema,
        Types_VectorDimensionsSizeEqualityAndText,
        Types_PrimitiveTextAndRawType,
        Types_Keys,
        VBuffer_DenseAndSparse,
        VBuffer_CopyTo,
        VBuffer_Editor,
        RowId_TextOrderAndEquality);

    private static string Schema_DuplicateNameHidesTheEarlierColumn()
    {
        var t = new Transcript();
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("a", NumberDataViewType.Single);
        builder.AddColumn("b", TextDataViewType.Instance);
        builder.AddColumn("a", NumberDataViewType.Int32);
        var schema = builder.ToSchema();
        t.Schema(schema);
        t.Line($"count {schema.Count}, by name {schema["a"].Index}, or null {schema.GetColumnOrNull("a")?.Index}");
        t.Line($"by index {schema[0].Type}, {schema[2].Type}");
        t.Line("in order " + string.Join(" ", schema.Select(c => $"{c.Index}:{c.Name}")));
        return t.ToString();
    }

    private static string Schema_LookUpOfUnknownColumns()
    {
        var t = new Transcript();
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("a", NumberDataViewType.Single);
        var schema = builder.ToSchema();
        t.Line($"GetColumnOrNull of an unknown name: {(schema.GetColumnOrNull("nope") is null ? "null" : "a column")}");
        t.Line($"GetColumnOrNull minds case: {(schema.GetColumnOrNull("A") is null ? "null" : "a column")}");
        t.Throws("unknown name", () => _ = schema["nope"]);
        t.Throws("null name", () => _ = schema[null!]);
        t.Throws("empty name", () => _ = schema[""]);
        t.Throws("GetColumnOrNull(null)", () => schema.GetColumnOrNull(null!));
        t.Throws("index -1", () => _ = schema[-1]);
        t.Throws("index Count", () => _ = schema[1]);
        t.Throws("column without a name", () => new DataViewSchema.Builder().AddColumn("", NumberDataViewType.Single));
        t.Throws("column without a type", () => new DataViewSchema.Builder().AddColumn("a", null!));
        t.Line($"empty schema has {new DataViewSchema.Builder().ToSchema().Count} columns");
        return t.ToString();
    }

    private static string Schema_Annotations()
    {
        var t = new Transcript();
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Scale", NumberDataViewType.Single, 0.5f);
        annotations.Add("Note", TextDataViewType.Instance, (ref ReadOnlyMemory<char> v) => v = "hello".AsMemory());
        annotations.Add("Mean", new VectorDataViewType(NumberDataViewType.Single, 2),
            (ref VBuffer<float> v) => v = new VBuffer<float>(2, [1f, 2f]));
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("a", NumberDataViewType.Single, annotations.ToAnnotations());
        builder.AddColumn("b", NumberDataViewType.Single);
        var schema = builder.ToSchema();
        t.Schema(schema);
        t.Schema(schema["a"].Annotations.Schema);

        float scale = 0;
        ReadOnlyMemory<char> note = default;
        VBuffer<float> mean = default;
        schema["a"].Annotations.GetValue("Scale", ref scale);
        schema["a"].Annotations.GetValue("Note", ref note);
        schema["a"].Annotations.GetGetter<VBuffer<float>>(schema["a"].Annotations.Schema["Mean"])(ref mean);
        t.Line($"Scale {Kit.Text(scale)}, Note {note}, Mean {Kit.Text(mean)}");
        t.Line($"none: {schema["b"].Annotations.Schema.Count}, same as Empty {Kit.Text(ReferenceEquals(schema["b"].Annotations, DataViewSchema.Annotations.Empty))}");
        t.Throws("unknown kind", () => schema["a"].Annotations.GetValue("nope", ref scale));
        t.Throws("wrong type", () => schema["a"].Annotations.GetValue("Note", ref scale));
        return t.ToString();
    }

    private static string Schema_ColumnsOfAnotherSchema()
    {
        var t = new Transcript();
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Scale", NumberDataViewType.Single, 0.5f);
        var first = new DataViewSchema.Builder();
        first.AddColumn("a", NumberDataViewType.Single);
        first.AddColumn("a", NumberDataViewType.Double, annotations.ToAnnotations());
        var source = first.ToSchema();

        var second = new DataViewSchema.Builder();
        second.AddColumns(source);
        second.AddColumns([new DataViewSchema.DetachedColumn("c", BooleanDataViewType.Instance), new DataViewSchema.DetachedColumn(source["a"])]);
        var copy = second.ToSchema();
        t.Schema(copy);
        t.Line($"same annotations object {Kit.Text(ReferenceEquals(copy[1].Annotations, source[1].Annotations))}");
        t.Line($"column equals itself {Kit.Text(source[1].Equals(source["a"]))}, equals its copy {Kit.Text(source[1].Equals(copy[1]))}");
        t.Line($"schema equals a like one {Kit.Text(source.Equals(first.ToSchema()))}");
        return t.ToString();
    }

    private static string Types_VectorDimensionsSizeEqualityAndText()
    {
        var t = new Transcript();
        VectorDataViewType[] types =
        [
            new(NumberDataViewType.Single),
            new(NumberDataViewType.Single, 0),
            new(NumberDataViewType.Single, 6),
            new(NumberDataViewType.Single, 2, 3),
            new(NumberDataViewType.Single, 0, 3),
            new(NumberDataViewType.Int64, 6),
            new(TextDataViewType.Instance, 1),
        ];
        foreach (var type in types)
        {
            t.Line($"{type}: dimensions {string.Join("x", type.Dimensions)}, size {type.Size}, known {Kit.Text(type.IsKnownSize)}, "
                + $"item {type.ItemType}, raw {Kit.Text(type.RawType)}, equal to {string.Join(",", types.Select((o, i) => type.Equals(o) ? i : -1).Where(i => i >= 0))}");
        }
        t.Line($"equal types have equal hash codes {Kit.Text(types[0].GetHashCode() == types[1].GetHashCode())}");
        t.Line($"equal to null {Kit.Text(types[0].Equals((object?)null))}, to its item type {Kit.Text(types[0].Equals(types[0].ItemType))}");
        t.Throws("negative size", () => _ = new VectorDataViewType(NumberDataViewType.Single, -1));
        t.Throws("negative dimension", () => _ = new VectorDataViewType(NumberDataViewType.Single, 2, -1));
        t.Throws("no item type", () => _ = new VectorDataViewType(null!, 1));
        t.Throws("size beyond int", () => _ = new VectorDataViewType(NumberDataViewType.Single, 65536, 65536));
        return t.ToString();
    }

    private static string Types_PrimitiveTextAndRawType()
    {
        var t = new Transcript();
        DataViewType[] types =
        [
            NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
            NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
            NumberDataViewType.Single, NumberDataViewType.Double, BooleanDataViewType.Instance, TextDataViewType.Instance,
        ];
        foreach (var type in types)
            t.Line($"{type}: raw {Kit.Text(type.RawType)}");
        t.Line($"one instance {Kit.Text(ReferenceEquals(NumberDataViewType.Single, NumberDataViewType.Single))}");
        t.Line($"Single equals Double {Kit.Text(NumberDataViewType.Single.Equals(NumberDataViewType.Double))}");
        return t.ToString();
    }

    private static string Types_Keys()
    {
        var t = new Transcript();
        var key = new KeyDataViewType(typeof(uint), 5);
        t.Line($"{key}: count {key.Count}, raw {Kit.Text(key.RawType)}");
        t.Line($"equal {Kit.Text(key.Equals(new KeyDataViewType(typeof(uint), 5UL)))}, other count {Kit.Text(key.Equals(new KeyDataViewType(typeof(uint), 6)))}, "
            + $"other type {Kit.Text(key.Equals(new KeyDataViewType(typeof(byte), 5)))}");
        t.Line("in a vector " + new VectorDataViewType(key, 2));
        t.Throws("key of int", () => _ = new KeyDataViewType(typeof(int), 5));
        t.Throws("count 0", () => _ = new KeyDataViewType(typeof(uint), 0));
        t.Throws("count beyond the type", () => _ = new KeyDataViewType(typeof(byte), 256));
        var view = new MLContext(1).Data.LoadFromEnumerable(new[] { new WithKey { K = 2 } });
        t.Schema(view.Schema);
        t.Rows(view);
        return t.ToString();
    }

    private static string VBuffer_DenseAndSparse()
    {
        var t = new Transcript();
        void Show(string what, VBuffer<float> b)
        {
            t.Line($"{what}: {Kit.Text(b)} dense {Kit.Text(b.IsDense)}, explicit {b.GetValues().Length}, indices {b.GetIndices().Length}, "
                + $"values {Kit.Text(b.DenseValues())}, items {b.Items().Count()}, all items {b.Items(all: true).Count()}");
        }
        Show("default", default);
        Show("dense", new VBuffer<float>(3, [1f, 2f, 3f]));
        Show("longer array", new VBuffer<float>(2, [1f, 2f, 3f]));
        Show("sparse", new VBuffer<float>(5, 2, [7f, 8f], [1, 3]));
        Show("sparse without entries", new VBuffer<float>(5, 0, [], []));
        Show("sparse with all entries", new VBuffer<float>(2, 2, [7f, 8f], [0, 1]));
        var sparse = new VBuffer<float>(5, 2, [7f, 8f], [1, 3]);
        t.Line($"item 1 {Kit.Text(sparse.GetItemOrDefault(1))}, item 2 {Kit.Text(sparse.GetItemOrDefault(2))}");
        t.Throws("item beyond the end", () => _ = sparse.GetItemOrDefault(5));
        t.Throws("array too short", () => _ = new VBuffer<float>(3, [1f, 2f]));
        t.Throws("negative length", () => _ = new VBuffer<float>(-1, []));
        t.Throws("more entries than length", () => _ = new VBuffer<float>(1, 2, [1f, 2f], [0, 1]));
        return t.ToString();
    }

    private static string VBuffer_CopyTo()
    {
        var t = new Transcript();
        var sparse = new VBuffer<float>(4, 1, [7f], [2]);
        VBuffer<float> copy = default;
        sparse.CopyTo(ref copy);
        t.Line($"CopyTo keeps the form: {Kit.Text(copy)}");
        sparse.CopyToDense(ref copy);
        t.Line($"CopyToDense: {Kit.Text(copy)}");
        sparse.CopyTo(ref copy, 1, 2);
        t.Line($"part: {Kit.Text(copy)}");
        var span = new float[6];
        sparse.CopyTo(span, 1, 5f);
        t.Line($"span with default 5: {Kit.Text(span)}");
        t.Throws("span too short", () => sparse.CopyTo(new float[3]));
        float[] values = [1, 2, 3];
        VBuffer<float> fromArray = default;
        VBuffer<float>.Copy(values, 1, ref fromArray, 2);
        values[1] = 99;
        t.Line($"from an array: {Kit.Text(fromArray)}");
        var wrapped = new VBuffer<float>(3, values);
        values[0] = 42;
        t.Line($"the constructor wraps the array: {Kit.Text(wrapped)}");
        return t.ToString();
    }

    private static string VBuffer_Editor()
    {
        var t = new Transcript();
        VBuffer<float> buffer = default;
        var editor = VBufferEditor.Create(ref buffer, 3);
        t.Line($"first: new values {Kit.Text(editor.CreatedNewValues)}, {editor.Values.Length} values, {editor.Indices.Length} indices");
        for (int i = 0; i < 3; i++)
            editor.Values[i] = i + 1;
        t.Line($"not committed: {Kit.Text(buffer)}");
        buffer = editor.Commit();
        t.Line($"committed: {Kit.Text(buffer)}");
        editor = VBufferEditor.Create(ref buffer, 2);
        t.Line($"smaller: new values {Kit.Text(editor.CreatedNewValues)}, holds {Kit.Text(editor.Values.ToArray())}");
        buffer = editor.Commit();
        editor = VBufferEditor.Create(ref buffer, 5, 2);
        editor.Values[0] = 8;
        editor.Values[1] = 9;
        editor.Indices[0] = 1;
        editor.Indices[1] = 4;
        buffer = editor.Commit();
        t.Line($"sparse: {Kit.Text(buffer)}");
        editor = VBufferEditor.CreateFromBuffer(ref buffer);
        editor.Values[0] = 6;
        buffer = editor.CommitTruncated(1);
        t.Line($"truncated: {Kit.Text(buffer)}");
        return t.ToString();
    }

    private static string RowId_TextOrderAndEquality()
    {
        var t = new Transcript();
        var a = new DataViewRowId(1, 0);
        var b = new DataViewRowId(0, 1);
        t.Line($"{a} {b} {new DataViewRowId(255, 4096)}");
        t.Line($"low {b.Low}, high {b.High}, a before b {Kit.Text(a.CompareTo(b) < 0)}, equal {Kit.Text(a.Equals(new DataViewRowId(1, 0)))}");
        t.Line($"next differs {Kit.Text(!a.Next().Equals(a))}, fork differs {Kit.Text(!a.Fork().Equals(a.Next()))}, "
            + $"next is repeatable {Kit.Text(a.Next().Equals(new DataViewRowId(1, 0).Next()))}");
        return t.ToString();
    }
}
