using Microsoft.ML;
using Microsoft.ML.Data;

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

    /// <summary>A view has the rows of its source: the same positions, batches and ids, and -1 before and after them.</summary>
    /// <param name="source">The source.</param>
    /// <param name="view">The view.</param>
    /// <param name="computed">A column that is read in every row; null to read none.</param>
    public static void AssertSameRows(IDataView source, IDataView view, string? computed)
    {
        using DataViewRowCursor expected = source.GetRowCursor([]);
        using DataViewRowCursor actual = view.GetRowCursor(computed is null ? [] : [view.Schema[computed]]);
        ValueGetter<DataViewRowId> expectedId = expected.GetIdGetter();
        ValueGetter<DataViewRowId> actualId = actual.GetIdGetter();
        ValueGetter<float>? getter = computed is null ? null : actual.GetGetter<float>(view.Schema[computed]);
        Assert.Equal(-1, actual.Position);
        while (expected.MoveNext())
        {
            Assert.True(actual.MoveNext());
            float value = 0;
            getter?.Invoke(ref value);
            DataViewRowId a = default;
            DataViewRowId b = default;
            expectedId(ref a);
            actualId(ref b);
            Assert.Equal((expected.Position, expected.Batch, a), (actual.Position, actual.Batch, b));
        }

        Assert.False(actual.MoveNext());
        Assert.False(actual.MoveNext());
        Assert.Equal(-1, actual.Position);
    }

    /// <summary>As many values, each within the larger of an absolute and a relative tolerance. A loop, for images and tokens
    /// have 100,000 values and more.</summary>
    public static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float absolute, float relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= Math.Max(absolute, relative * Math.Abs(expected[i]))))
            {
                Assert.Fail($"value {i} is {actual[i]:R} and should be {expected[i]:R}");
            }
        }
    }
}
