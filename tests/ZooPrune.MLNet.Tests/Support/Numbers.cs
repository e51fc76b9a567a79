using Microsoft.ML;

namespace ZooPrune.MLNet.Tests;

internal sealed class Number
{
    public float X { get; set; }

    public string Text { get; set; } = string.Empty;
}

internal sealed class Doubled
{
    public float Y { get; set; }

    public float[] YFixed { get; set; } = [];

    public float[] YFree { get; set; } = [];

    public string Error { get; set; } = string.Empty;
}

internal static class Numbers
{
    public static MLContext ML { get; } = new(seed: 1);

    /// <summary>Rows with X = 0, 1, 2, ...</summary>
    public static IDataView View(int count) =>
        ML.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Number { X = i, Text = $"t{i}" }).ToArray());

    public static ITransformer Transformer(StageDefinition stage) => new StageTransformer(stage);

    public static IDataView Transform(StageDefinition stage, IDataView view) => new StageTransformer(stage).Transform(view);

    public static Doubled[] Read(IDataView view) => [.. ML.Data.CreateEnumerable<Doubled>(view, reuseRowObject: false)];

    /// <summary>The values of a column.</summary>
    public static T[] Column<T>(IDataView view, string name)
    {
        var values = new List<T>();
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema[name]]);
        ValueGetter<T> getter = cursor.GetGetter<T>(view.Schema[name]);
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            values.Add(value);
        }

        return [.. values];
    }
}
