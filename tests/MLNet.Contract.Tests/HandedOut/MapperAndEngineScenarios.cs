using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: row mappers and prediction engines.</summary>
public static class MapperAndEngineScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Engine_CallSequenceIntoAThirdPartyStage,
        Engine_RefusesAChainThatIsNotARowMapper,
        Engine_PredictWithReuseOfTheOutputObject,
        Engine_OwnershipOfTheTransformer);

    private static string Engine_CallSequenceIntoAThirdPartyStage()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var stage = new DoublingTransformer(new("A", "X", "Y"), journal);
        var engine = ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage);
        t.Take("create", journal);
        t.Schema(engine.OutputSchema);
        t.Line($"first {Kit.Text(engine.Predict(new Number { X = 3 }).Y)}");
        t.Take("first Predict", journal);
        t.Line($"second {Kit.Text(engine.Predict(new Number { X = 4 }).Y)}");
        t.Take("second Predict", journal);
        engine.Dispose();
        t.Take("Dispose", journal);
        engine.Dispose();
        t.Take("second Dispose", journal);

        var chain = stage.Append(new DoublingTransformer(new("B", "Y", "Z"), journal));
        using (var longer = ml.Model.CreatePredictionEngine<Number, OnlyZ>(chain))
        {
            t.Take("create over a chain", journal);
            t.Line($"Z {Kit.Text(longer.Predict(new Number { X = 3 }).Z)}");
            t.Take("Predict", journal);
        }
        t.Take("Dispose", journal);
        return t.ToString();
    }

    private static string Engine_RefusesAChainThatIsNotARowMapper()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var chain = new DoublingTransformer(new("A", "X", "Y"), journal)
            .Append(new DoublingTransformer(new("B", "Y", "Z") { IsRowMapper = false }, journal));
        t.Line($"row mapper {Kit.Text(((ITransformer)chain).IsRowToRowMapper)}");
        t.Throws("engine", () => ml.Model.CreatePredictionEngine<Number, OnlyZ>(chain));
        t.Throws("GetRowToRowMapper", () => ((ITransformer)chain).GetRowToRowMapper(loaded.Schema));
        t.Line($"Transform still works {Kit.Text(chain.Transform(loaded).GetColumn<float>("Z"))}");
        t.Throws("no transformer", () => ml.Model.CreatePredictionEngine<Number, OnlyZ>(null!));
        t.Throws("input type lacks the column", () => ml.Model.CreatePredictionEngine<OnlyP, OnlyZ>(chain.First()));
        var first = chain.First();
        t.Throws("output type asks for a column that is not there", () => ml.Model.CreatePredictionEngine<Number, OnlyZ>(first).Dispose());
        t.Throws("and does not ignore it", () => ml.Model.CreatePredictionEngine<Number, OnlyZ>(first, ignoreMissingColumns: false));
        return t.ToString();
    }

    private static string Engine_PredictWithReuseOfTheOutputObject()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        using var engine = ml.Model.CreatePredictionEngine<Number, NumberAndY>(new DoublingTransformer(new("A", "X", "Y"), journal));
        var first = engine.Predict(new Number { X = 1 });
        var second = engine.Predict(new Number { X = 2 });
        t.Line($"new object per call {Kit.Text(!ReferenceEquals(first, second))}, first keeps {Kit.Text(first.Y)}");
        var mine = first;
        engine.Predict(new Number { X = 5 }, ref mine);
        t.Line($"filled in place {Kit.Text(ReferenceEquals(mine, first))}, Y {Kit.Text(first.Y)}");
        NumberAndY none = null!;
        t.Throws("null output", () => engine.Predict(new Number { X = 6 }, ref none));
        t.Line($"null output is now an object {Kit.Text(none is not null)}");
        t.Throws("null input", () => engine.Predict(null!));
        return t.ToString();
    }

    private static string Engine_OwnershipOfTheTransformer()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var stage = new DoublingTransformer(new("A", "X", "Y"), journal);
        t.Line($"OwnsTransformer is {Kit.Text(new PredictionEngineOptions().OwnsTransformer)} unless set, IgnoreMissingColumns {Kit.Text(new PredictionEngineOptions().IgnoreMissingColumns)}");
        ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage, new PredictionEngineOptions { OwnsTransformer = false }).Dispose();
        t.Line($"not owned: disposed {journal.Count("disposed")}");
        ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage).Dispose();
        t.Line($"owned: disposed {journal.Count("disposed")}");
        var engine = ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage);
        engine.Dispose();
        t.Part("Predict after Dispose", () => t.Line($"  Y {Kit.Text(engine.Predict(new Number { X = 4 }).Y)}"));
        return t.ToString();
    }
}
