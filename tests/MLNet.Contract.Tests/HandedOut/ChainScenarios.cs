using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: chains.</summary>
public static class ChainScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Chain_Fit_CallsGetOutputSchemaOfEveryStageFirst,
        Chain_Fit_NoStageIsFittedIfAShapeIsRejected,
        Chain_Append_TypesAndLastTransformer,
        Chain_Empty,
        TransformerChain_Transform_OrderOfCalls,
        TransformerChain_Transform_IncompatibleSchema,
        TransformerChain_EnumerationAndAppend,
        TransformerChain_DisposesItsMembersOnce);

    private static string Chain_Fit_CallsGetOutputSchemaOfEveryStageFirst()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        var chain = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(new DoublingEstimator(new("B", "Y", "Z"), journal))
            .Append(new DoublingEstimator(new("C", "Z", "W"), journal));
        t.Take("Append", journal);
        var model = chain.Fit(loaded);
        t.Take("Fit", journal);
        t.Line(Kit.Text(model.Transform(loaded).GetColumn<float>("W")));
        return t.ToString();
    }

    private static string Chain_Fit_NoStageIsFittedIfAShapeIsRejected()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var chain = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(new DoublingEstimator(new("B", "missing", "Z"), journal));
        t.Throws("Fit", () => chain.Fit(ml.Data.LoadFromEnumerable(Kit.Numbers(2))));
        t.Take("calls", journal);
        t.Throws("Fit(null)", () => chain.Fit(null!));
        t.Throws("Append(null)", () => chain.Append<DoublingTransformer>(null!));
        return t.ToString();
    }

    private static string Chain_Append_TypesAndLastTransformer()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var first = new DoublingEstimator(new("A", "X", "Y"), journal);
        var last = new DoublingEstimator(new("B", "Y", "Z"), journal);
        EstimatorChain<DoublingTransformer> chain = first.Append(last);
        EstimatorChain<ColumnCopyingTransformer> longer = chain.Append(ml.Transforms.CopyColumns("Q", "Z"));
        t.Line($"LastEstimator is the one appended {Kit.Text(ReferenceEquals(chain.LastEstimator, last))}");
        t.Line($"Append made a new chain, the old one keeps its end {Kit.Text(ReferenceEquals(chain.LastEstimator, last))}");
        TransformerChain<DoublingTransformer> model = chain.Fit(loaded);
        t.Line($"LastTransformer {model.LastTransformer.Name}, members {model.Count()}");
        t.Line($"longer: members {longer.Fit(loaded).Count()}");
        IEstimator<ITransformer> nested = longer;
        t.Line($"a chain inside a chain: members {first.Append(nested.Append(ml.Transforms.CopyColumns("R", "Q"))).Fit(loaded).Count()}");
        return t.ToString();
    }

    private static string Chain_Empty()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        var chain = new EstimatorChain<ITransformer>();
        t.Line($"LastEstimator is null {Kit.Text(chain.LastEstimator is null)}");
        t.Shape(chain.GetOutputSchema(Kit.ShapeOf(loaded.Schema)));
        var model = chain.Fit(loaded);
        t.Line($"members {model.Count()}, LastTransformer is null {Kit.Text(model.LastTransformer is null)}, row mapper {Kit.Text(((ITransformer)model).IsRowToRowMapper)}");
        t.Line($"Transform gives back its input {Kit.Text(ReferenceEquals(model.Transform(loaded), loaded))}");
        t.Line($"GetOutputSchema gives back its input {Kit.Text(ReferenceEquals(model.GetOutputSchema(loaded.Schema), loaded.Schema))}");
        t.Line($"after Append: members {chain.Append(ml.Transforms.CopyColumns("Y", "X")).Fit(loaded).Count()}");
        return t.ToString();
    }

    private static string TransformerChain_Transform_OrderOfCalls()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        var chain = new TransformerChain<DoublingTransformer>(
            new DoublingTransformer(new("A", "X", "Y"), journal),
            new DoublingTransformer(new("B", "Y", "Z"), journal));
        t.Take("constructor", journal);
        t.Schema(chain.GetOutputSchema(loaded.Schema));
        t.Take("GetOutputSchema", journal);
        var view = chain.Transform(loaded);
        t.Take("Transform", journal);
        t.Line($"row mapper {Kit.Text(((ITransformer)chain).IsRowToRowMapper)}");
        t.Take("IsRowToRowMapper", journal);
        var mapper = ((ITransformer)chain).GetRowToRowMapper(loaded.Schema);
        t.Take("GetRowToRowMapper", journal);
        t.Line($"input schema is the one given {Kit.Text(ReferenceEquals(mapper.InputSchema, loaded.Schema))}");
        t.Line("dependencies of Z: " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["Z"]])));
        t.Line("dependencies of X: " + Kit.Names(mapper.GetDependencies([mapper.OutputSchema["X"]])));
        t.Line("dependencies of nothing: " + Kit.Names(mapper.GetDependencies([])));
        t.Rows(view);
        return t.ToString();
    }

    private static string TransformerChain_Transform_IncompatibleSchema()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(2));
        var model = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(ml.Transforms.CopyColumns("Z", "Y"))
            .Fit(loaded);
        journal.Clear();
        var other = ml.Data.LoadFromEnumerable(new[] { new OnlyP { P = 1 } });
        t.Throws("Transform", () => model.Transform(other));
        t.Throws("GetOutputSchema", () => model.GetOutputSchema(other.Schema));
        t.Take("calls", journal);
        var copy = ml.Transforms.CopyColumns("Z", "X").Fit(loaded);
        t.Throws("CopyColumns alone, Transform", () => copy.Transform(other));
        t.Throws("CopyColumns alone, GetOutputSchema", () => copy.GetOutputSchema(other.Schema));
        t.Throws("Transform(null)", () => model.Transform(null!));
        return t.ToString();
    }

    private static string TransformerChain_EnumerationAndAppend()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var a = new DoublingTransformer(new("A", "X", "Y"), journal);
        var b = new DoublingTransformer(new("B", "Y", "Z"), journal);
        TransformerChain<DoublingTransformer> chain = a.Append(b);
        t.Line("members " + string.Join(" ", chain.Cast<DoublingTransformer>().Select(m => m.Name)));
        var longer = chain.Append(new DoublingTransformer(new("C", "Z", "W"), journal));
        t.Line($"appended: {longer.Count()}, the old one still has {chain.Count()}, last {longer.LastTransformer.Name}");
        t.Line($"a chain as a member: {new TransformerChain<DoublingTransformer>(chain, a).Count()} members");
        var scoped = new TransformerChain<DoublingTransformer>([a, b], [TransformerScope.Everything, TransformerScope.Training]);
        var schema = ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema;
        t.Line("scoring columns " + Kit.Names(scoped.GetOutputSchema(schema)));
        t.Line("training columns " + Kit.Names(scoped.GetOutputSchema(schema, TransformerScope.Training)));
        t.Line($"scoring members {scoped.GetModelFor(TransformerScope.Scoring).Count()}");
        t.Throws("last member of another type", () => _ = new TransformerChain<ColumnCopyingTransformer>(a));
        t.Throws("no scopes", () => _ = new TransformerChain<DoublingTransformer>([a, b], []));
        return t.ToString();
    }

    private static string TransformerChain_DisposesItsMembersOnce()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var model = new DoublingEstimator(new("A", "X", "Y"), journal)
            .Append(ml.Transforms.CopyColumns("Q", "Y"))
            .Append(new DoublingEstimator(new("B", "Y", "Z"), journal))
            .Fit(loaded);
        journal.Clear();
        model.Dispose();
        t.Take("first Dispose", journal);
        model.Dispose();
        t.Take("second Dispose", journal);
        t.Throws("Transform afterwards", () => model.Transform(loaded));
        return t.ToString();
    }
}
