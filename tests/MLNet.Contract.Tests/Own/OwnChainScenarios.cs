using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: chains, and exceptions and values that travel along them; the texts are the genuine packages' answers.</summary>
public static class OwnChainScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Throwing_InAGetter_BehindStages,
        Chain_OfChainsCallOrder,
        Chain_ScopesDecide,
        Chain_NullsAndErrors,
        Chain_MapperOfChains,
        Chain_AppendWithScope,
        CustomType_LifetimeOfValues,
        Chain_ShapeOfStages);

    private static string Throwing_InAGetter_BehindStages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var stage = new DoublingTransformer(new("A", "X", "Y") { ThrowAt = 1 }, new Journal());
        var view = stage.Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(3)));
        t.Part("plain cursor", () => t.Rows(view, "Y"));
        t.Throws("GetColumn", () => _ = view.GetColumn<float>("Y").Count());
        t.Throws("CreateEnumerable", () => _ = ml.Data.CreateEnumerable<NumberAndY>(view, false).Count());
        var copy = ml.Transforms.CopyColumns("Z", "Y").Fit(view).Transform(view);
        t.Throws("behind CopyColumns", () => _ = copy.GetColumn<float>("Z").Count());
        t.Throws("behind CopyColumns, passed on", () => _ = copy.GetColumn<float>("Y").Count());
        t.Part("behind CopyColumns, column not affected", () => t.Line("  " + Kit.Text(copy.GetColumn<float>("X"))));
        var twice = ml.Transforms.CopyColumns("W", "Z").Fit(copy).Transform(copy);
        t.Throws("behind two CopyColumns", () => _ = twice.GetColumn<float>("W").Count());
        var mapped = ml.Transforms.CustomMapping<NumberAndY, Mapped>((i, o) => o.Pair = [i.Y, i.Y], null).Fit(view).Transform(view);
        t.Throws("behind CustomMapping", () => _ = mapped.GetColumn<float[]>("Pair").Count());
        var after = new DoublingTransformer(new("B", "Z", "V"), new Journal()).Transform(copy);
        t.Throws("behind CopyColumns and a third party", () => _ = after.GetColumn<float>("V").Count());
        using var engine = ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage);
        t.Throws("Predict", () => engine.Predict(new Number { X = 1 }));
        t.Line($"Predict afterwards {Kit.Text(engine.Predict(new Number { X = 4 }).Y)}");
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        var mapping = ml.Transforms.CustomMapping<Number, Mapped>((_, _) => throw new FormatException(), null).Fit(loaded);
        t.Throws("CustomMapping action", () => _ = mapping.Transform(loaded).GetColumn<float>("Y").Count());
        using var mappingEngine = ml.Model.CreatePredictionEngine<Number, Mapped>(mapping);
        t.Throws("CustomMapping action in Predict", () => mappingEngine.Predict(new Number()));
        return t.ToString();
    }

    private static string Chain_OfChainsCallOrder()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        IEstimator<ITransformer> inner = new DoublingEstimator(new("B", "Y", "Z"), journal).Append(new DoublingEstimator(new("C", "Z", "W"), journal));
        var outer = new DoublingEstimator(new("A", "X", "Y"), journal).Append(inner);
        var model = outer.Fit(loaded);
        t.Take("Fit", journal);
        t.Line(Kit.Text(model.Transform(loaded).GetColumn<float>("W")));
        t.Take("Transform and read", journal);
        _ = ((ITransformer)model).GetRowToRowMapper(loaded.Schema);
        t.Take("GetRowToRowMapper", journal);
        model.Dispose();
        t.Take("Dispose", journal);
        return t.ToString();
    }

    private static string Chain_ScopesDecide()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var a = new DoublingTransformer(new("A", "X", "Y"), journal);
        var b = new DoublingTransformer(new("B", "Y", "Z") { IsRowMapper = false }, journal);
        var chain = new TransformerChain<DoublingTransformer>([a, b], [TransformerScope.Everything, TransformerScope.TrainTest]);
        foreach (var scope in Enum.GetValues<TransformerScope>())
        {
            t.Line($"{scope}: {Kit.Names(chain.Transform(loaded, scope).Schema)}, members {chain.GetModelFor(scope).Count()}");
        }

        t.Line($"Transform {Kit.Names(chain.Transform(loaded).Schema)}");
        journal.Clear();
        t.Line($"row mapper {Kit.Text(((ITransformer)chain).IsRowToRowMapper)}");
        t.Throws("mapper", () => t.Line(Kit.Names(((ITransformer)chain).GetRowToRowMapper(loaded.Schema).OutputSchema)));
        t.Take("calls", journal);
        return t.ToString();
    }

    private static string Chain_NullsAndErrors()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var a = new DoublingTransformer(new("A", "X", "Y"), new Journal());
        t.Throws("null transformers", () => _ = new TransformerChain<ITransformer>((ITransformer[])null!));
        t.Throws("null list", () => _ = new TransformerChain<ITransformer>(null!, []));
        t.Throws("null scopes", () => _ = new TransformerChain<ITransformer>([a], null!));
        t.Throws("null member", () => _ = new TransformerChain<ITransformer>(a, null!));
        var chain = new TransformerChain<DoublingTransformer>(a);
        t.Throws("append null", () => chain.Append((ITransformer)null!));
        t.Throws("extension on null", () => ((ITransformer)null!).Append(a));
        t.Throws("extension with null", () => ((ITransformer)a).Append((ITransformer)null!));
        t.Throws("schema null", () => chain.GetOutputSchema(null!));
        t.Throws("mapper null", () => ((ITransformer)chain).GetRowToRowMapper(null!));
        t.Throws("estimator extension on null", () => ((IEstimator<ITransformer>)null!).Append(ml.Transforms.CopyColumns("Y", "X")));
        t.Throws("estimator extension with null", () => ml.Transforms.CopyColumns("Y", "X").Append((IEstimator<ITransformer>)null!));
        t.Throws("shape null",
            () => ml.Transforms.CopyColumns("Y", "X").Append(ml.Transforms.CopyColumns("Z", "X")).GetOutputSchema(null!));
        t.Throws("loader null", () => ((IDataLoader<object>)null!).Append(ml.Transforms.CopyColumns("Y", "X")));
        return t.ToString();
    }

    private static string Chain_MapperOfChains()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var a = new DoublingTransformer(new("A", "X", "Y"), journal);
        var chain = new TransformerChain<ITransformer>(a, ml.Transforms.CopyColumns("Q", "Y").Fit(a.Transform(loaded)), new DoublingTransformer(new("B", "Q", "Z"), journal));
        var mapper = ((ITransformer)chain).GetRowToRowMapper(loaded.Schema);
        journal.Clear();
        t.Line("Z needs " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["Z"]])));
        t.Take("dependencies", journal);
        using var cursor = loaded.GetRowCursor(loaded.Schema);
        using (var row = mapper.GetRow(cursor, [mapper.OutputSchema["Z"], mapper.OutputSchema["X"]]))
        {
            t.Take("GetRow", journal);
            t.Line($"schema is the mapper's {Kit.Text(ReferenceEquals(row.Schema, mapper.OutputSchema))}");
            t.Line("active " + string.Join(" ", mapper.OutputSchema.Select(c => $"{c.Name}={Kit.Text(row.IsColumnActive(c))}")));
            cursor.MoveNext();
            t.Line(Values.Of(row, mapper.OutputSchema["Z"]));
        }

        t.Take("row disposed", journal);
        var empty = ((ITransformer)new TransformerChain<ITransformer>()).GetRowToRowMapper(loaded.Schema);
        t.Line($"empty chain: output schema is the input's {Kit.Text(ReferenceEquals(empty.OutputSchema, loaded.Schema))}");
        using var other = loaded.GetRowCursor(loaded.Schema);
        var passed = empty.GetRow(other, [loaded.Schema["X"]]);
        t.Line($"row is the cursor itself {Kit.Text(ReferenceEquals(passed, other))}, needs {Kit.Names(empty.GetDependencies(loaded.Schema))}");
        return t.ToString();
    }

    private static string Chain_AppendWithScope()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var model = ml.Transforms.CopyColumns("Y", "X").Append(ml.Transforms.CopyColumns("Z", "X"), TransformerScope.TrainTest).Fit(loaded);
        t.Line($"members {model.Count()}, scoring {Kit.Names(model.Transform(loaded).Schema)}, training {Kit.Names(model.Transform(loaded, TransformerScope.Training).Schema)}");
        var longer = model.Append(ml.Transforms.CopyColumns("W", "X").Fit(loaded), TransformerScope.Scoring);
        t.Line($"scoring {Kit.Names(longer.Transform(loaded).Schema)}, training {Kit.Names(longer.Transform(loaded, TransformerScope.Training).Schema)}");
        return t.ToString();
    }

    private static string CustomType_LifetimeOfValues()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        foreach (bool reuse in new[] { false, true })
        {
            var view = new TokenizingTransformer().Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(3)));
            var seen = new List<Tokens>();
            foreach (var row in ml.Data.CreateEnumerable<TokensRow>(view, reuse))
            {
                seen.Add(row.Tok!);
                t.Line($"reuse {Kit.Text(reuse)}: made {seen.Count}, disposed by now {seen.Count(s => s.IsDisposed)}");
            }

            t.Line($"at the end: distinct {seen.Distinct().Count()}, disposed {seen.Count(s => s.IsDisposed)}");
        }

        var source = ml.Data.LoadFromEnumerable(Kit.Numbers(3));
        var values = new TokenizingTransformer().Transform(source).GetColumn<Tokens>("tok").ToList();
        t.Line($"GetColumn: distinct {values.Distinct().Count()}, disposed {values.Count(s => s.IsDisposed)}");
        int deadOnArrival = 0;
        var made = new HashSet<Tokens>();
        var mapped = ml.Transforms.CustomMapping<TokensRow, Number>((i, o) =>
        {
            made.Add(i.Tok!);
            deadOnArrival += i.Tok!.IsDisposed ? 1 : 0;
            o.X = i.Tok.Values[0];
        }, null).Fit(new TokenizingTransformer().Transform(source)).Transform(new TokenizingTransformer().Transform(source));
        _ = mapped.GetColumn<float>("X").Count();
        t.Line($"CustomMapping: seen {made.Count}, disposed on arrival {deadOnArrival}, disposed in the end {made.Count(s => s.IsDisposed)}");
        using var engine = ml.Model.CreatePredictionEngine<Number, TokensRow>(new TokenizingTransformer());
        var one = engine.Predict(new Number { X = 1 }).Tok!;
        var two = engine.Predict(new Number { X = 2 }).Tok!;
        t.Line($"Predict: first disposed by the second call {Kit.Text(one.IsDisposed)}, second alive {Kit.Text(!two.IsDisposed)}");
        return t.ToString();
    }

    private static string Chain_ShapeOfStages()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var chain = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(ml.Transforms.CopyColumns("Z", "Y"))
            .Append(ml.Transforms.CustomMapping<OnlyZ, IntX>((_, _) => { }, null))
            .Append(ml.Transforms.CopyColumns("Y", "X"));
        var input = ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema;
        t.Shape(chain.GetOutputSchema(Kit.ShapeOf(input)));
        t.Take("calls", journal);
        return t.ToString();
    }
}
