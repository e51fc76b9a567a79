using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: CopyColumns and row mappers; the texts are the genuine packages' answers.</summary>
public static class OwnMapperScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        CopyColumns_KindsAndAnnotations,
        CopyColumns_NamesThatAreOdd,
        CopyColumns_ThroughEveryEntry,
        Mapper_OfCopyColumns,
        Mapper_ErrorsOfGetRow,
        Shape_RepeatedNames);

    private static string CopyColumns_KindsAndAnnotations()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var definition = SchemaDefinition.Create(typeof(Vectors));
        definition["Grid"].AddAnnotation("Unit", "metre".AsMemory(), TextDataViewType.Instance);
        var view = ml.Data.LoadFromEnumerable([new Vectors { Words = ["a"] }], definition);
        foreach (string name in new[] { "Grid", "Words", "Buffer" })
        {
            var estimator = ml.Transforms.CopyColumns("Copy", name);
            t.Shape(estimator.GetOutputSchema(Kit.ShapeOf(view.Schema)), "Copy");
            var copied = estimator.Fit(view).Transform(view);
            t.Schema(copied.Schema, "Copy");
            t.Rows(copied, "Copy");
            t.Line($"type object kept {Kit.Text(ReferenceEquals(copied.Schema["Copy"].Type, view.Schema[name].Type))}, "
                + $"annotations kept {Kit.Text(ReferenceEquals(copied.Schema["Copy"].Annotations, view.Schema[name].Annotations))}");
        }

        var tokens = ml.Data.LoadFromEnumerable(new[] { new TokensRow { Tok = new Tokens([1]) } });
        var same = ml.Transforms.CopyColumns("Copy", "tok").Fit(tokens).Transform(tokens);
        var source = ml.Data.CreateEnumerable<TokensRow>(tokens, false).First().Tok;
        t.Line($"values are shared {Kit.Text(ReferenceEquals(same.GetColumn<Tokens>("Copy").First(), source))}");
        return t.ToString();
    }

    private static string CopyColumns_NamesThatAreOdd()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Throws("no catalog", () => TransformExtensionsCatalog.CopyColumns(null!, "Y", "X"));
        t.Throws("empty output", () => ml.Transforms.CopyColumns("", "X"));
        t.Throws("white output", () => ml.Transforms.CopyColumns(" ", "X"));
        t.Throws("empty input", () => ml.Transforms.CopyColumns("Y", ""));
        t.Part("onto itself", () =>
        {
            var copied = ml.Transforms.CopyColumns("X", "X").Fit(view).Transform(view);
            t.Schema(copied.Schema);
            t.Rows(copied);
            t.Shape(ml.Transforms.CopyColumns("X", "X").GetOutputSchema(Kit.ShapeOf(view.Schema)));
        });
        t.Throws("null view", () => ml.Transforms.CopyColumns("Y", "X").Fit(null!));
        t.Throws("null shape", () => ml.Transforms.CopyColumns("Y", "X").GetOutputSchema(null!));
        var fitted = ml.Transforms.CopyColumns("Y", "X").Fit(view);
        t.Throws("Transform(null)", () => fitted.Transform(null!));
        t.Throws("GetOutputSchema(null)", () => fitted.GetOutputSchema(null!));
        t.Throws("GetRowToRowMapper(null)", () => ((ITransformer)fitted).GetRowToRowMapper(null!));
        var estimator = ml.Transforms.CopyColumns("Y", "X");
        t.Line($"one transformer per estimator {Kit.Text(ReferenceEquals(estimator.Fit(view), estimator.Fit(view)))}");
        return t.ToString();
    }

    private static string CopyColumns_ThroughEveryEntry()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var fitted = ml.Transforms.CopyColumns("X", "P").Fit(view);
        t.Schema(fitted.GetOutputSchema(view.Schema));
        t.Schema(((ITransformer)fitted).GetRowToRowMapper(view.Schema).OutputSchema);
        t.Schema(fitted.Transform(view).Schema);
        var transformed = fitted.Transform(view);
        using var cursor = transformed.GetRowCursor(transformed.Schema);
        t.Line($"cursor schema is the view's {Kit.Text(ReferenceEquals(cursor.Schema, transformed.Schema))}, row count {Kit.Text(transformed.GetRowCount())}, shuffle {Kit.Text(transformed.CanShuffle)}");
        return t.ToString();
    }

    private static string Mapper_OfCopyColumns()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var mapper = ((ITransformer)ml.Transforms.CopyColumns("Z", "P").Fit(view)).GetRowToRowMapper(view.Schema);
        t.Line($"input schema is the one given {Kit.Text(ReferenceEquals(mapper.InputSchema, view.Schema))}");
        t.Line("Z needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["Z"]])));
        t.Line("X needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["X"]])));
        t.Line("all need " + Kit.Names(mapper.GetDependencies(mapper.OutputSchema)));
        t.Line("nothing needs " + Kit.Names(mapper.GetDependencies([])));
        using var cursor = view.GetRowCursor(view.Schema);
        using var row = mapper.GetRow(cursor, [mapper.OutputSchema["Z"]]);
        cursor.MoveNext();
        t.Line($"schema is the mapper's {Kit.Text(ReferenceEquals(row.Schema, mapper.OutputSchema))}, position {row.Position}, batch {row.Batch}");
        t.Line("active " + string.Join(" ", mapper.OutputSchema.Select(c => $"{c.Name}={Kit.Text(row.IsColumnActive(c))}")));
        t.Line(Values.Of(row, mapper.OutputSchema["Z"]));
        t.Throws("inactive column", () => row.GetGetter<float>(mapper.OutputSchema["X"]));
        t.Throws("wrong type", () => row.GetGetter<int>(mapper.OutputSchema["Z"]));
        var narrow = mapper.GetRow(cursor, [mapper.OutputSchema["X"]]);
        t.Line("active " + string.Join(" ", mapper.OutputSchema.Select(c => $"{c.Name}={Kit.Text(narrow.IsColumnActive(c))}")));
        t.Throws("added column that was not asked for", () => narrow.GetGetter<float>(mapper.OutputSchema["Z"]));
        return t.ToString();
    }

    private static string Mapper_ErrorsOfGetRow()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var other = ml.Data.LoadFromEnumerable(new[] { new NumberAndP { X = 1, P = 2 } });
        var fitted = ml.Transforms.CopyColumns("Z", "P").Fit(view);
        var chain = fitted.Append(ml.Transforms.CopyColumns("W", "Z").Fit(fitted.Transform(view)));
        foreach (ITransformer stage in new ITransformer[] { fitted, chain })
        {
            var mapper = stage.GetRowToRowMapper(view.Schema);
            using var cursor = view.GetRowCursor(view.Schema);
            using var stranger = other.GetRowCursor(other.Schema);
            t.Throws("row of a like schema", () => mapper.GetRow(stranger, mapper.OutputSchema));
            t.Throws("no row", () => mapper.GetRow(null!, mapper.OutputSchema));
            t.Throws("no columns", () => mapper.GetRow(cursor, null!));
            t.Throws("columns beyond", () => mapper.GetRow(cursor, [ml.Data.LoadFromEnumerable(new[] { new Scalars() }).Schema[7]]));
            t.Throws("dependencies of nothing", () => _ = mapper.GetDependencies(null!).Count());
            using var narrow = view.GetRowCursor([view.Schema["X"]]);
            t.Throws("input column that is not active", () => mapper.GetRow(narrow, [mapper.OutputSchema["Z"]]));
        }

        return t.ToString();
    }

    private static string Shape_RepeatedNames()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var shape = Kit.ShapeOf(ml.Data.LoadFromEnumerable(new[] { new NumberAndP() }).Schema);
        var doubled = new SchemaShape(shape.Concat(shape));
        t.Throws("CopyColumns", () => t.Shape(ml.Transforms.CopyColumns("Z", "X").GetOutputSchema(doubled)));
        t.Throws("CustomMapping",
            () => t.Shape(ml.Transforms.CustomMapping<Number, Mapped>(DoubleFactory.Map, null).GetOutputSchema(doubled)));
        t.Throws("default column",
            () => t.Shape(ml.Transforms.CopyColumns("Z", "X").GetOutputSchema(new SchemaShape([default, .. shape])), "Z"));
        return t.ToString();
    }
}
