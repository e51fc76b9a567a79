using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Downsampling;

/// <summary>What a vision encoder learned to add to each patch: a row for each place of a square grid.</summary>
/// <param name="Grid">G; rows and columns of patches.</param>
/// <param name="HasClassToken">Whether row 0 is that of a class token, which lies nowhere.</param>
/// <param name="Shape">[T, D] or [1, T, D], as the graph adds it; T is G x G, or one more.</param>
/// <param name="Values">Row-major.</param>
/// <param name="ElementType">ONNX's number of the type in which the graph adds it.</param>
internal sealed record PositionTable(int Grid, bool HasClassToken, long[] Shape, float[] Values, int ElementType)
{
    private const int DeepestChain = 32;

    // Of the cubic; PyTorch's where it does not antialias. PIL's is -0.5.
    private const double A = -0.75;

    /// <summary>D.</summary>
    public int Width => (int)Shape[^1];

    /// <summary>The table that a value is; null where it is none of that grid.</summary>
    /// <exception cref="InvalidDataException">Its values are not where the graph says.</exception>
    public static PositionTable? Read(ConstantFolder constants, string value, int grid)
    {
        if (Find(constants, value, 0) is not { Dimensions: var shape, Values: var values })
        {
            return null;
        }

        long rows = shape.Length == 2 || shape is [1, _, _] ? shape[^2] : 0;
        bool hasClassToken = rows == ((long)grid * grid) + 1;
        return hasClassToken || rows == (long)grid * grid
            ? new PositionTable(grid, hasClassToken, shape, values, TypeOf(constants, value))
            : null;
    }

    /// <summary>
    /// The table for another grid, bicubic between the places (pixel centres, no antialiasing), as interpolate_pos_encoding of Hugging
    /// Face's transformers has it. A class token's row stays as it is.
    /// </summary>
    /// <param name="grid">g; &gt; 0. At G every value is what it was.</param>
    /// <returns>Row-major, g x g rows, or one more.</returns>
    public float[] Resize(int grid)
    {
        int width = Width;
        int first = HasClassToken ? width : 0;
        float[] resized = new float[first + (grid * grid * width)];
        Values.AsSpan(0, first).CopyTo(resized);
        double scale = (double)Grid / grid;
        (int[] Places, double[] Weights)[] taps = [.. Enumerable.Range(0, grid).Select(place => Taps(place, scale, Grid))];
        double[] sums = new double[width];
        for (int target = 0; target < grid * grid; target++)
        {
            (int[] rows, double[] rowWeights) = taps[target / grid];
            (int[] columns, double[] columnWeights) = taps[target % grid];
            Array.Clear(sums);
            for (int tap = 0; tap < 16; tap++)
            {
                double weight = rowWeights[tap / 4] * columnWeights[tap % 4];
                ReadOnlySpan<float> row = Values.AsSpan(first + (((rows[tap / 4] * Grid) + columns[tap % 4]) * width), width);
                for (int i = 0; i < width; i++)
                {
                    sums[i] += weight * row[i];
                }
            }

            for (int i = 0; i < width; i++)
            {
                resized[first + (target * width) + i] = (float)sums[i];
            }
        }

        return resized;
    }

    /// <summary>The four places that one of the result is made of, and their weights. Beyond an edge its place counts again.</summary>
    private static (int[] Places, double[] Weights) Taps(int target, double scale, int count)
    {
        double center = ((target + 0.5) * scale) - 0.5;
        double floor = Math.Floor(center);
        double x = center - floor;
        return (
            [.. Enumerable.Range(-1, 4).Select(offset => Math.Clamp((int)floor + offset, 0, count - 1))],
            [Far(x + 1), Near(x), Near(1 - x), Far(2 - x)]);

        static double Near(double x) => ((((A + 2) * x) - (A + 3)) * x * x) + 1;

        static double Far(double x) => (((((x - 5) * x) + 8) * x) - 4) * A;
    }

    /// <summary>A constant, or rows of one: the usual export looks positions up by constant numbers.</summary>
    private static FoldedTensor? Find(ConstantFolder constants, string value, int depth)
    {
        if (depth > DeepestChain)
        {
            return null;
        }

        switch (constants.Producer(value))
        {
            case { } node when ConstantFolder.CastTarget(node) is { } target:
                return Find(constants, node.Inputs[0], depth + 1) is { } cast
                    ? cast with { Values = TensorValues.Round(cast.Values, target) }
                    : null;
            case { Operator: "Identity", Inputs: [var source] }:
                return Find(constants, source, depth + 1);
            case { Operator: "Gather", Domain: "" } node:
                return Rows(constants, node, constants.Find(node.Inputs[0]));
            case { Operator: "DequantizeLinear" } node when constants.Producer(node.Inputs[0]) is { Operator: "Gather", Domain: "" } rows
                && constants.FindScalar(node.Inputs[1]) is not null:
                // The table has one scale, so that it can be applied before its rows are looked up.
                return Rows(constants, rows, Dequantizer.Fold(constants, node with { Inputs = [rows.Inputs[0], .. node.Inputs.Skip(1)] }));
            default:
                return constants.Shape(value) is { Length: 2 or 3 } ? constants.Find(value) : null;
        }
    }

    private static FoldedTensor? Rows(ConstantFolder constants, OnnxNode gather, FoldedTensor? table)
    {
        if (table is not { Dimensions: [var rows, var width] } || gather.Int64("axis", 0) != 0
            || constants.FindIntegers(gather.Inputs[1]) is not { } numbers || numbers.Values.Any(number => number < 0 || number >= rows))
        {
            return null;
        }

        return new FoldedTensor(
            [.. numbers.Dimensions, width],
            [.. numbers.Values.SelectMany(number => table.Values.AsSpan(number * (int)width, (int)width).ToArray())]);
    }

    private static int TypeOf(ConstantFolder constants, string value)
    {
        // The order has no circles, so this ends.
        OnnxTensor? stored;
        while ((stored = constants.Stored(value)) is null)
        {
            OnnxNode node = constants.Producer(value)!;
            if (ConstantFolder.CastTarget(node) is { } target)
            {
                return target;
            }

            value = node.Inputs[node.Operator == "DequantizeLinear" ? 1 : 0];
        }

        return stored.ElementType;
    }
}
