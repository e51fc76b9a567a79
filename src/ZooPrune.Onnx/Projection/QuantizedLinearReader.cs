using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Projection;

/// <summary>
/// Recognises products with weights of 8 or 4 bits. The weights come out dequantised; what is rounded on the way in (activations to 8
/// bits, anew for every run) is left out, because it is noise and not part of the function.
/// </summary>
internal static class QuantizedLinearReader
{
    private const int MostBits = 8;

    /// <summary>The levels of FP4: sign, two bits of exponent, one of mantissa, the largest scaled to 1.</summary>
    private static readonly float[] FourBitFloats =
    [
        0, 0.005208333f, 0.6666667f, 1, 0.33333334f, 0.5f, 0.16666667f, 0.25f,
        -0f, -0.005208333f, -0.6666667f, -1, -0.33333334f, -0.5f, -0.16666667f, -0.25f,
    ];

    /// <summary>The levels of NF4: quantiles of the normal distribution, scaled to -1..1, with an exact zero.</summary>
    private static readonly float[] NormalFloats =
    [
        -1, -0.6961928f, -0.52507305f, -0.39491749f, -0.28444138f, -0.18477343f, -0.091050036f, 0,
        0.0795803f, 0.1609302f, 0.2461123f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f, 1,
    ];

    /// <summary>The product that a node gives, or null where it is none of these forms.</summary>
    public static LinearMatch? Read(ConstantFolder constants, OnnxNode node) => (node.Domain, node.Operator) switch
    {
        (MicrosoftDomain, "MatMulNBits") => Blocks(constants, node),
        (MicrosoftDomain, "MatMulBnb4") => Levels(constants, node),
        (MicrosoftDomain, "DynamicQuantizeMatMul") when node.Input(0) is { } input =>
            Columns(constants, input, node.Input(1), node.Input(2), node.Input(3), node.Input(4)),
        (MicrosoftDomain, "MatMulIntegerToFloat") when Quantizer(constants, node.Input(0), node.Input(2), node.Input(4)) is { } input =>
            Columns(constants, input, node.Input(1), node.Input(3), node.Input(5), node.Input(6)),
        ("", "Mul") => Integers(constants, node),
        _ => null,
    };

    /// <summary>Cast(MatMulInteger(q, W)) times the scales of both, in either order.</summary>
    private static LinearMatch? Integers(ConstantFolder constants, OnnxNode node)
    {
        // Factors that are not themselves products: one is the cast, one the input's scale, one the weights' scale.
        var factors = new List<string>();
        foreach (string input in node.Inputs)
        {
            if (constants.Producer(input) is { Operator: "Mul", Domain: "" } product)
            {
                factors.AddRange(product.Inputs);
            }
            else
            {
                factors.Add(input);
            }
        }

        if (factors.Count != 3
            || factors.Find(factor => Product(factor) is not null) is not { } cast || Product(cast) is not { } integer
            || factors.Find(constants.IsConstant) is not { } weightScale
            || factors.Find(factor => factor != cast && factor != weightScale) is not { } inputScale)
        {
            return null;
        }

        return Quantizer(constants, integer.Input(0), inputScale, integer.Input(2)) is { } source
            ? Columns(constants, source, integer.Input(1), weightScale, integer.Input(3), null)
            : null;

        OnnxNode? Product(string factor) =>
            constants.Producer(factor) is { } cast && ConstantFolder.CastTarget(cast) is not null
            && constants.Producer(cast.Inputs[0]) is { Operator: "MatMulInteger", Domain: "" } product
                ? product
                : null;
    }

    /// <summary>What goes into the DynamicQuantizeLinear that gives all three.</summary>
    private static string? Quantizer(ConstantFolder constants, string? quantized, string? scale, string? zero) =>
        quantized is not null && scale is not null
        && constants.Producer(quantized) is { Operator: "DynamicQuantizeLinear", Inputs: [var source], Outputs: [var q, var s, var z] }
        && q == quantized && s == scale && (zero is null || z == zero)
            ? source
            : null;

    /// <summary>Weights [D, H] with one scale and zero point, or one for each column.</summary>
    private static LinearMatch? Columns(ConstantFolder constants, string input, string? weight, string? scale, string? zero, string? bias)
    {
        if (weight is null || scale is null || constants.Shape(weight) is not { Length: 2 }
            || constants.FindIntegers(weight) is not { } integers || constants.Find(scale) is not { } scales)
        {
            return null;
        }

        IntegerTensor? zeros = zero is null ? null : constants.FindIntegers(zero);
        float[]? biases = bias is null ? null : constants.Find(bias)?.Values;
        return (zero is null || zeros is not null) && (bias is null || biases is not null)
            && Dequantizer.Columns(integers, scales, zeros) is { } values
            ? LinearReader.Match(constants, input, new FoldedTensor(integers.Dimensions, values), biases, isColumns: true)
            : null;
    }

    /// <summary>
    /// MatMulNBits: weights [H, blocks, bytes], each row cut into blocks of the input's width with a scale and perhaps a zero point each;
    /// the lower bits of a byte come first.
    /// </summary>
    private static LinearMatch? Blocks(ConstantFolder constants, OnnxNode node)
    {
        long bits = node.Int64("bits", 4);
        long size = node.Int64("block_size", 0);
        long inputWidth = node.Int64("K", 0);
        long outputWidth = node.Int64("N", 0);
        if (bits is not (2 or 4 or MostBits) || size is < 16 or > 65536
            || inputWidth is < 1 or > int.MaxValue || outputWidth is < 1 or > int.MaxValue || inputWidth * outputWidth > Array.MaxLength
            || node.Input(4) is not null
            || node.Input(0) is not { } input || node.Input(1) is not { } weight || node.Input(2) is not { } scale)
        {
            return null;
        }

        int blocks = (int)((inputWidth + size - 1) / size);
        int perByte = MostBits / (int)bits;
        int mask = (1 << (int)bits) - 1;
        int[]? packed = constants.FindIntegers(weight)?.Values;
        float[]? scales = constants.Find(scale)?.Values;
        if (packed?.Length != outputWidth * blocks * size / perByte || scales?.Length != outputWidth * blocks)
        {
            return null;
        }

        // Zero points are packed like the weights, each row filled up to whole bytes, or are numbers like the scales.
        int[]? zeroBits = null;
        float[]? zeros = null;
        int zeroRow = (blocks + perByte - 1) / perByte;
        if (node.Input(3) is { } zero)
        {
            zeroBits = constants.FindIntegers(zero)?.Values;
            zeros = zeroBits is null ? constants.Find(zero)?.Values : null;
            if (zeroBits?.Length != outputWidth * zeroRow && zeros?.Length != outputWidth * blocks)
            {
                return null;
            }
        }

        float[] values = new float[inputWidth * outputWidth];
        for (int row = 0; row < outputWidth; row++)
        {
            for (int column = 0; column < inputWidth; column++)
            {
                int block = column / (int)size;
                int place = (row * blocks) + block;
                long element = ((long)place * size) + (column % size);
                int quantized = (packed[element / perByte] >> (int)(element % perByte * bits)) & mask;
                float offset = zeroBits is not null
                    ? (zeroBits[(row * zeroRow) + (block / perByte)] >> (int)(block % perByte * bits)) & mask
                    : zeros is not null ? zeros[place]
                    : 1 << (int)(bits - 1);
                values[(row * inputWidth) + column] = (quantized - offset) * scales[place];
            }
        }

        float[]? bias = node.Input(5) is { } name ? constants.Find(name)?.Values : null;
        return node.Input(5) is null || bias is not null
            ? LinearReader.Match(constants, input, new FoldedTensor([outputWidth, inputWidth], values), bias, isColumns: false)
            : null;
    }

    /// <summary>
    /// MatMulBnb4: weights [H, D] as one run of four-bit numbers, each of which stands for one of sixteen levels, times a scale for each
    /// block of the run; the upper half of a byte comes first.
    /// </summary>
    private static LinearMatch? Levels(ConstantFolder constants, OnnxNode node)
    {
        long size = node.Int64("block_size", 0);
        long inputWidth = node.Int64("K", 0);
        long outputWidth = node.Int64("N", 0);
        if (size is < 16 or > 65536 || inputWidth is < 1 or > int.MaxValue || outputWidth is < 1 or > int.MaxValue
            || inputWidth * outputWidth > Array.MaxLength || node.Int64("transB", 1) != 1
            || node.Input(0) is not { } input || node.Input(1) is not { } weight || node.Input(2) is not { } scale)
        {
            return null;
        }

        int count = (int)(inputWidth * outputWidth);
        int[]? packed = constants.FindIntegers(weight)?.Values;
        float[]? scales = constants.Find(scale)?.Values;
        float[]? levels = node.Int64("quant_type", -1) switch { 0 => FourBitFloats, 1 => NormalFloats, _ => null };
        if (levels is null || packed?.Length != (count + 1) / 2 || scales?.Length != (count + size - 1) / size)
        {
            return null;
        }

        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = levels[(packed[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15] * scales[i / (int)size];
        }

        return LinearReader.Match(constants, input, new FoldedTensor([outputWidth, inputWidth], values), null, isColumns: false);
    }
}
