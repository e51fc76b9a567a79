using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Projection;

/// <summary>Turns quantised weights into the numbers that they stand for: (q - zero point) * scale.</summary>
internal static class Dequantizer
{
    /// <summary>A DequantizeLinear node over constants: one scale, one for each index of an axis, or one for each block along it.</summary>
    public static FoldedTensor? Fold(ConstantFolder constants, OnnxNode node)
    {
        if (node.Input(0) is not { } input || node.Input(1) is not { } scaleName
            || constants.FindIntegers(input) is not { } quantized || constants.Find(scaleName) is not { } scale)
        {
            return null;
        }

        IntegerTensor? zero = node.Input(2) is { } zeroName ? constants.FindIntegers(zeroName) : null;
        if ((node.Input(2) is not null && zero is null) || (zero is not null && zero.Values.Length != scale.Values.Length))
        {
            return null;
        }

        long[] shape = quantized.Dimensions;
        int rank = shape.Length;
        float[] values = new float[quantized.Values.Length];
        if (scale.Values.Length == 1)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (quantized.Values[i] - (zero?.Values[0] ?? 0)) * scale.Values[0];
            }

            return new FoldedTensor(shape, values);
        }

        long axis = node.Int64("axis", 1);
        axis += axis < 0 ? rank : 0;
        if (axis < 0 || axis >= rank)
        {
            return null;
        }

        // Index (outer, middle, inner), the middle one along the axis.
        int length = (int)shape[axis];
        int inner = (int)Product(shape.AsSpan((int)axis + 1));
        int block = (int)Math.Clamp(node.Int64("block_size", 0), 0, int.MaxValue);
        bool isBlocked = block > 0;
        int blocks = isBlocked ? (length + block - 1) / block : length;
        long expected = isBlocked ? Product(shape.AsSpan(0, (int)axis)) * blocks * inner : length;
        if (scale.Values.Length != expected)
        {
            return null;
        }

        for (int i = 0; i < values.Length; i++)
        {
            int middle = i / inner % length;
            int place = isBlocked ? (((i / inner / length * blocks) + (middle / block)) * inner) + (i % inner) : middle;
            values[i] = (quantized.Values[i] - (zero?.Values[place] ?? 0)) * scale.Values[place];
        }

        return new FoldedTensor(shape, values);
    }

    /// <summary>A matrix [rows, columns] of integers with one scale, or one for each column.</summary>
    public static float[]? Columns(IntegerTensor matrix, FoldedTensor scale, IntegerTensor? zero)
    {
        int columns = (int)matrix.Dimensions[^1];
        if ((scale.Values.Length != 1 && scale.Values.Length != columns)
            || (zero is not null && zero.Values.Length != 1 && zero.Values.Length != columns))
        {
            return null;
        }

        float[] values = new float[matrix.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int column = i % columns;
            int offset = zero is null ? 0 : zero.Values[zero.Values.Length == 1 ? 0 : column];
            values[i] = (matrix.Values[i] - offset) * scale.Values[scale.Values.Length == 1 ? 0 : column];
        }

        return values;
    }

    private static long Product(ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        foreach (long dimension in dimensions)
        {
            product *= dimension;
        }

        return product;
    }
}
