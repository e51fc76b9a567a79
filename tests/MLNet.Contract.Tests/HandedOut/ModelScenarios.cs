using Microsoft.ML;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: saving.</summary>
public static class ModelScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Model_ThirdPartySaveThatWritesNothing);

    private static string Model_ThirdPartySaveThatWritesNothing()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var journal = new Journal();
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        var stage = new DoublingTransformer(new("A", "X", "Y"), journal);
        t.Throws("Save writes nothing", () => ml.Model.Save(stage, loaded.Schema, new MemoryStream()));
        t.Take("calls", journal);
        var chain = stage.Append(ml.Transforms.CopyColumns("Z", "Y").Fit(stage.Transform(loaded)));
        t.Throws("in a chain", () => ml.Model.Save(chain, loaded.Schema, new MemoryStream()));
        var refusing = new DoublingTransformer(new("A", "X", "Y") { SaveThrows = true }, journal);
        t.Throws("Save throws", () => ml.Model.Save(refusing, loaded.Schema, new MemoryStream()));
        return t.ToString();
    }
}
