using System.Runtime.InteropServices;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>A Linear layer as exporters and quantisers write it, and what its weights are then.</summary>
/// <param name="Name">What the test calls it.</param>
/// <param name="Write">Adds the layer to a graph and returns its output.</param>
/// <param name="Stored">The weights that are left of a layer's; null where only ONNX Runtime tells.</param>
/// <param name="Tolerance">How far the features of the split graph may be from those of the whole one.</param>
/// <param name="OperatorSet">Version of ONNX's own operators that it needs.</param>
internal sealed record LinearSpelling(
    string Name,
    Func<OnnxGraphBuilder, string, LinearLayer, string> Write,
    Func<LinearLayer, LinearLayer?> Stored,
    double Tolerance = 1e-5,
    int OperatorSet = 20)
{
    /// <summary>
    /// Whether ONNX Runtime multiplies integers. Run node by node they are not to be trusted: int8 weights saturate on x86 without VNNI,
    /// and what prevents that is a step of the optimiser.
    /// </summary>
    public bool MultipliesIntegers => Name.Contains("Integer") || Name.StartsWith("DynamicQuantize", StringComparison.Ordinal);

    public override string ToString() => Name;
}

/// <summary>Every spelling that is to be recognised.</summary>
internal static class LinearSpellings
{
    // Activations rounded to 255 steps, sums of up to 32 of them.
    private const double Rounded = 0.1;

    private const int Block = 16;

    public static IReadOnlyList<LinearSpelling> All { get; } =
    [
        new("MatMul, Add", (g, x, l) => g.Node("Add", [g.Node("MatMul", [x, Columns(g, l)]), Bias(g, l)]), Same),
        new("Add, MatMul", (g, x, l) => g.Node("Add", [Bias(g, l), g.Node("MatMul", [x, Columns(g, l)])]), Same),
        new(
            "bias [1, 1, H]",
            (g, x, l) => g.Node("Add", [g.Node("MatMul", [x, Columns(g, l)]), g.Constant(l.Bias, 1, 1, l.OutputWidth)]),
            Same),
        new("weights in Constant", (g, x, l) => g.Node("Add", [g.Node("MatMul", [x, ConstantNode(g, l)]), Bias(g, l)]), Same),
        new(
            "weights transposed",
            (g, x, l) => g.Node("Add", [g.Node("MatMul", [x, Transposed(g, g.Node("Identity", [Rows(g, l)]))]), Bias(g, l)]),
            Same),
        new("weights in float16", (g, x, l) => g.Node("Add", [g.Node("MatMul", [x, Single(g, Halves(g, l))]), Bias(g, l)]), Halved),
        new("weights in bfloat16", (g, x, l) => g.Node("Add", [g.Node("MatMul", [x, Single(g, Brains(g, l))]), Bias(g, l)]), Shortened),
        new(
            "Gemm between reshapes",
            (g, x, l) => Flat(g, x, l, flat => g.Node("Gemm", [flat, Rows(g, l), Bias(g, l)], ("transB", 1))),
            Same),
        new(
            "Gemm, weights in columns",
            (g, x, l) => Flat(g, x, l, flat => g.Node("Gemm", [flat, Columns(g, l), Bias(g, l)], ("alpha", 1f))),
            Same),
        new("Gemm between reshapes of unknown size", FlatByShape, Same),
        new("FusedMatMul", (g, x, l) => g.Node("Add", [Contrib(g, "FusedMatMul", [x, Rows(g, l)], ("transB", 1)), Bias(g, l)]), Same),
        new("MatMulNBits, 4 bits", (g, x, l) => NBits(g, x, l, 4, Zero.None), l => Blocked(l, 4, Zero.None)),
        new("MatMulNBits, 4 bits, zero points", (g, x, l) => NBits(g, x, l, 4, Zero.Packed), l => Blocked(l, 4, Zero.Packed)),
        new("MatMulNBits, 4 bits, zero points in float32", (g, x, l) => NBits(g, x, l, 4, Zero.Single), l => Blocked(l, 4, Zero.Single)),
        new("MatMulNBits, 8 bits", (g, x, l) => NBits(g, x, l, 8, Zero.None), l => Blocked(l, 8, Zero.None)),
        new("MatMulNBits, 8 bits, zero points", (g, x, l) => NBits(g, x, l, 8, Zero.Packed), l => Blocked(l, 8, Zero.Packed)),
        new("MatMulNBits with bias", (g, x, l) => NBits(g, x, l, 4, Zero.Packed, biasInside: true), l => Blocked(l, 4, Zero.Packed)),
        new("MatMulBnb4, NF4", (g, x, l) => Levels(g, x, l, 1), l => null, 1e-5),
        new("MatMulBnb4, FP4", (g, x, l) => Levels(g, x, l, 0), l => null, 1e-5),
        new(
            "MatMulInteger, uint8",
            (g, x, l) => Integer(g, x, l, Element.UInt8, perColumn: false, scalesFirst: true),
            l => Quantised(l, Element.UInt8, false),
            Rounded),
        new(
            "MatMulInteger, int8 by column",
            (g, x, l) => Integer(g, x, l, Element.Int8, perColumn: true, scalesFirst: true),
            l => Quantised(l, Element.Int8, true),
            Rounded),
        new(
            "MatMulInteger, scale by scale",
            (g, x, l) => Integer(g, x, l, Element.UInt8, perColumn: false, scalesFirst: false),
            l => Quantised(l, Element.UInt8, false),
            Rounded),
        new("DynamicQuantizeMatMul", DynamicMatMul, l => Quantised(l, Element.UInt8, false), Rounded),
        new("MatMulIntegerToFloat", IntegerToFloat, l => Quantised(l, Element.Int8, true), Rounded),
        new(
            "DequantizeLinear",
            (g, x, l) => Dequantised(g, x, l, Element.UInt8, perColumn: false),
            l => Quantised(l, Element.UInt8, false)),
        new(
            "DequantizeLinear by column",
            (g, x, l) => Dequantised(g, x, l, Element.Int8, perColumn: true),
            l => Quantised(l, Element.Int8, true)),
        new(
            "activations quantised and dequantised",
            (g, x, l) => Dequantised(g, Coarse(g, x), l, Element.Int8, perColumn: true),
            l => Quantised(l, Element.Int8, true),
            Rounded),
        new("DequantizeLinear by block, int4", DequantisedBlocks, FourBits, OperatorSet: 21),
    ];

    private enum Zero
    {
        None,
        Packed,
        Single,
    }

    private static LinearLayer Same(LinearLayer layer) => layer;

    private static string Rows(OnnxGraphBuilder g, LinearLayer l) => g.Constant(l.Weight, l.OutputWidth, l.InputWidth);

    private static float[] ColumnValues(LinearLayer l) => ConstantFolder.Transpose(l.Weight, l.OutputWidth, l.InputWidth);

    private static string Columns(OnnxGraphBuilder g, LinearLayer l) => g.Constant(ColumnValues(l), l.InputWidth, l.OutputWidth);

    private static string Bias(OnnxGraphBuilder g, LinearLayer l) => g.Constant(l.Bias, l.OutputWidth);

    private static string Transposed(OnnxGraphBuilder g, string name) => g.Node("Transpose", [name], ("perm", new long[] { 1, 0 }));

    private static string Single(OnnxGraphBuilder g, string name) => g.Node("Cast", [name], ("to", OnnxTensor.Float));

    private static string Contrib(
        OnnxGraphBuilder g, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string, object)> attributes) =>
        g.Node(name, MicrosoftDomain, inputs, null, attributes);

    private static string ConstantNode(OnnxGraphBuilder g, LinearLayer l) =>
        g.Node("Constant", [], (
            "value",
            (Element.Float, MemoryMarshal.AsBytes(ColumnValues(l).AsSpan()).ToArray(), new long[] { l.InputWidth, l.OutputWidth })));

    private static string Halves(OnnxGraphBuilder g, LinearLayer l) => g.Halves(ColumnValues(l), l.InputWidth, l.OutputWidth);

    private static LinearLayer Halved(LinearLayer l) => l with { Weight = [.. l.Weight.Select(value => (float)(Half)value)] };

    private static string Brains(OnnxGraphBuilder g, LinearLayer l) => g.Constant(
        Element.BFloat16,
        MemoryMarshal.AsBytes(ColumnValues(l).Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray().AsSpan()),
        l.InputWidth,
        l.OutputWidth);

    private static LinearLayer Shortened(LinearLayer l) => l with
    {
        Weight = [.. l.Weight.Select(value => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) >> 16 << 16))],
    };

    private static string Flat(OnnxGraphBuilder g, string x, LinearLayer l, Func<string, string> product)
    {
        string flat = g.Node("Reshape", [x, g.Constant([-1L, l.InputWidth], 2)]);
        return g.Node("Reshape", [product(flat), g.Constant([-1L, EncoderGraphs.Tokens, l.OutputWidth], 3)]);
    }

    private static string FlatByShape(OnnxGraphBuilder g, string x, LinearLayer l)
    {
        string flat = g.Node("Reshape", [x, g.Constant([-1L, l.InputWidth], 2)]);
        string product = g.Node("Gemm", [flat, Rows(g, l), Bias(g, l)], ("transB", 1));
        string leading = g.Node("Slice", [g.Node("Shape", [x]), g.Constant([0L], 1), g.Constant([-1L], 1)]);
        return g.Node("Reshape", [product, g.Node("Concat", [leading, g.Constant([(long)l.OutputWidth], 1)], ("axis", 0))]);
    }

    /// <summary>Rows of whole numbers 0..2^bits - 1 by block, with scale and zero point.</summary>
    private static (int[] Values, float[] Scales, int[] Zeros) Blocks(LinearLayer l, int bits, Zero zero)
    {
        int blocks = (l.InputWidth + Block - 1) / Block;
        int[] values = new int[l.OutputWidth * blocks * Block];
        float[] scales = new float[l.OutputWidth * blocks];
        int[] zeros = new int[l.OutputWidth * blocks];
        var random = new Random(l.OutputWidth);
        for (int block = 0; block < zeros.Length; block++)
        {
            scales[block] = 0.01f + (0.02f * random.NextSingle());
            zeros[block] = zero == Zero.None ? 1 << (bits - 1) : random.Next(1 << bits);
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.Next(1 << bits);
        }

        return (values, scales, zeros);
    }

    private static byte[] Pack(ReadOnlySpan<int> values, int bits, int row)
    {
        int perByte = 8 / bits;
        int rowBytes = (row + perByte - 1) / perByte;
        byte[] packed = new byte[values.Length / row * rowBytes];
        for (int i = 0; i < values.Length; i++)
        {
            packed[(i / row * rowBytes) + (i % row / perByte)] |= (byte)(values[i] << (i % row % perByte * bits));
        }

        return packed;
    }

    private static string NBits(OnnxGraphBuilder g, string x, LinearLayer l, int bits, Zero zero, bool biasInside = false)
    {
        (int[] values, float[] scales, int[] zeros) = Blocks(l, bits, zero);
        int blocks = scales.Length / l.OutputWidth;
        string zeroName = zero switch
        {
            Zero.Packed => ByteVector(g, Pack(zeros, bits, blocks)),
            Zero.Single => g.Constant([.. zeros.Select(value => (float)value)], zeros.Length),
            _ => "",
        };
        string weight = g.Constant(Element.UInt8, Pack(values, bits, Block), l.OutputWidth, blocks, Block * bits / 8);
        string[] inputs = biasInside ? [x, weight, Vector(g, scales), zeroName, "", Bias(g, l)] : [x, weight, Vector(g, scales), zeroName];
        string product = Contrib(
            g, "MatMulNBits", zeroName.Length == 0 && !biasInside ? inputs[..3] : inputs,
            ("K", l.InputWidth), ("N", l.OutputWidth), ("bits", bits), ("block_size", Block));
        return biasInside ? product : g.Node("Add", [product, Bias(g, l)]);

        static string ByteVector(OnnxGraphBuilder g, byte[] bytes) => g.Constant(Element.UInt8, bytes, bytes.Length);
        static string Vector(OnnxGraphBuilder g, float[] numbers) => g.Constant(numbers, numbers.Length);
    }

    /// <summary>Random numbers for all sixteen levels.</summary>
    private static string Levels(OnnxGraphBuilder g, string x, LinearLayer l, int type)
    {
        var random = new Random(l.OutputWidth);
        byte[] packed = new byte[(l.Weight.Length + 1) / 2];
        random.NextBytes(packed);
        float[] scales = [.. Enumerable.Range(0, (l.Weight.Length + Block - 1) / Block).Select(_ => 0.5f * random.NextSingle())];
        string product = Contrib(
            g, "MatMulBnb4", [x, g.Constant(Element.UInt8, packed, packed.Length), g.Constant(scales, scales.Length)],
            ("K", l.InputWidth), ("N", l.OutputWidth), ("block_size", Block), ("quant_type", type));
        return g.Node("Add", [product, Bias(g, l)]);
    }

    private static LinearLayer Blocked(LinearLayer l, int bits, Zero zero)
    {
        (int[] values, float[] scales, int[] zeros) = Blocks(l, bits, zero);
        int blocks = scales.Length / l.OutputWidth;
        float[] weight = new float[l.Weight.Length];
        for (int row = 0; row < l.OutputWidth; row++)
        {
            for (int column = 0; column < l.InputWidth; column++)
            {
                int block = (row * blocks) + (column / Block);
                weight[(row * l.InputWidth) + column] = (values[(block * Block) + (column % Block)] - zeros[block]) * scales[block];
            }
        }

        return l with { Weight = weight };
    }

    /// <summary>Columns [D, H] as bytes, with one scale and zero point or one for each column.</summary>
    private static (sbyte[] Values, float[] Scales, sbyte[] Zeros) Bytes(LinearLayer l, Element type, bool perColumn)
    {
        var random = new Random(l.OutputWidth);
        sbyte[] values = new sbyte[l.Weight.Length];
        random.NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        int count = perColumn ? l.OutputWidth : 1;
        sbyte[] zeros = [.. Enumerable.Range(0, count).Select(
            _ => type == Element.UInt8 ? (sbyte)random.Next(120, 128) : (sbyte)random.Next(-5, 6))];
        return (values, [.. Enumerable.Range(0, count).Select(_ => 0.001f + (0.002f * random.NextSingle()))], zeros);
    }

    private static LinearLayer Quantised(LinearLayer l, Element type, bool perColumn)
    {
        (sbyte[] values, float[] scales, sbyte[] zeros) = Bytes(l, type, perColumn);
        float[] columns = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int column = perColumn ? i % l.OutputWidth : 0;
            columns[i] = ((type == Element.UInt8 ? (byte)values[i] : values[i]) - zeros[column]) * scales[column];
        }

        return l with { Weight = ConstantFolder.Transpose(columns, l.InputWidth, l.OutputWidth) };
    }

    private static (string Weight, string Scale, string Zero) ByteConstants(OnnxGraphBuilder g, LinearLayer l, Element type, bool perColumn)
    {
        (sbyte[] values, float[] scales, sbyte[] zeros) = Bytes(l, type, perColumn);
        long[] shape = perColumn ? [l.OutputWidth] : [];
        return (g.Constant(type, MemoryMarshal.AsBytes(values.AsSpan()), l.InputWidth, l.OutputWidth),
            g.Constant(scales, shape),
            g.Constant(type, MemoryMarshal.AsBytes(zeros.AsSpan()), shape));
    }

    private static string Integer(OnnxGraphBuilder g, string x, LinearLayer l, Element type, bool perColumn, bool scalesFirst)
    {
        (string weight, string scale, string zero) = ByteConstants(g, l, type, perColumn);
        string[] quantised = g.NodeWithOutputs("DynamicQuantizeLinear", [x], 3);
        string sum = g.Node("Cast", [g.Node("MatMulInteger", [quantised[0], weight, quantised[2], zero])], ("to", OnnxTensor.Float));
        string product = scalesFirst
            ? g.Node("Mul", [sum, g.Node("Mul", [quantised[1], scale])])
            : g.Node("Mul", [g.Node("Mul", [sum, quantised[1]]), scale]);
        return g.Node("Add", [Bias(g, l), product]);
    }

    private static string DynamicMatMul(OnnxGraphBuilder g, string x, LinearLayer l)
    {
        (string weight, string scale, string zero) = ByteConstants(g, l, Element.UInt8, perColumn: false);
        return Contrib(g, "DynamicQuantizeMatMul", [x, weight, scale, zero, Bias(g, l)]);
    }

    private static string IntegerToFloat(OnnxGraphBuilder g, string x, LinearLayer l)
    {
        (string weight, string scale, string zero) = ByteConstants(g, l, Element.Int8, perColumn: true);
        string[] quantised = g.NodeWithOutputs("DynamicQuantizeLinear", [x], 3);
        return Contrib(g, "MatMulIntegerToFloat", [quantised[0], weight, quantised[1], scale, quantised[2], zero, Bias(g, l)]);
    }

    private static string Dequantised(OnnxGraphBuilder g, string x, LinearLayer l, Element type, bool perColumn)
    {
        (string weight, string scale, string zero) = ByteConstants(g, l, type, perColumn);
        return g.Node("Add", [g.Node("MatMul", [x, g.Node("DequantizeLinear", [weight, scale, zero], ("axis", 1))]), Bias(g, l)]);
    }

    private static string Coarse(OnnxGraphBuilder g, string x)
    {
        string scale = g.ScalarWithoutShape(0.02f);
        string zero = g.Constant(Element.Int8, [0]);
        return g.Node("DequantizeLinear", [g.Node("QuantizeLinear", [x, scale, zero]), scale, zero]);
    }

    /// <summary>Columns [D, H] in int4 with a scale for each eight rows of a column.</summary>
    private static (int[] Values, float[] Scales) FourBitColumns(LinearLayer l)
    {
        var random = new Random(l.OutputWidth);
        int[] values = [.. Enumerable.Range(0, l.Weight.Length).Select(_ => random.Next(-8, 8))];
        return (values, [.. Enumerable.Range(0, l.Weight.Length / 8).Select(_ => 0.02f * random.NextSingle())]);
    }

    private static string DequantisedBlocks(OnnxGraphBuilder g, string x, LinearLayer l)
    {
        (int[] values, float[] scales) = FourBitColumns(l);
        string weight = g.Constant(
            Element.Int4, Pack([.. values.Select(value => value & 15)], 4, values.Length), l.InputWidth, l.OutputWidth);
        string scale = g.Constant(scales, l.InputWidth / 8, l.OutputWidth);
        string dequantised = g.Node("DequantizeLinear", [weight, scale], ("axis", 0), ("block_size", 8));
        return g.Node("Add", [g.Node("MatMul", [x, dequantised]), Bias(g, l)]);
    }

    private static LinearLayer FourBits(LinearLayer l)
    {
        (int[] values, float[] scales) = FourBitColumns(l);
        float[] columns = [.. values.Select((value, i) => value * scales[(i / l.OutputWidth / 8 * l.OutputWidth) + (i % l.OutputWidth)])];
        return l with { Weight = ConstantFolder.Transpose(columns, l.InputWidth, l.OutputWidth) };
    }
}
