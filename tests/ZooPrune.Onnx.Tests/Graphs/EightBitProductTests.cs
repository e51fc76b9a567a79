using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// Products of 8-bit activations and weights, compared with the sums of integers that they are. ONNX Runtime's own setting adds them up in
/// 16 bits that saturate where the processor is an x86 without VNNI and the weights are int8.
/// </summary>
public sealed class EightBitProductTests
{
    private const int Rows = 5;
    private const int Depth = 96;
    private const int Columns = 33;

    public static TheoryData<string, bool> Spellings
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in (string[])
                ["MatMulInteger", "no zero point", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QLinearMatMul", "DequantizeLinear"])
            {
                data.Add(name, false);
                data.Add(name, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Run_EightBitProducts_AreExactOnEveryProcessor(string name, bool signed)
    {
        byte[] activations = new byte[Rows * Depth];
        byte[] weights = new byte[Depth * Columns];
        var random = new Random(5);
        random.NextBytes(activations);
        random.NextBytes(weights);
        byte zero = name == "no zero point" ? (byte)0 : signed ? unchecked((byte)-3) : (byte)125;

        // From 0 to 255 a dynamic quantiser's scale is 1 and its zero point 0; half of the weights are at an end of their range.
        (activations[0], activations[1]) = (0, 255);
        for (int i = 0; i < weights.Length; i += 2)
        {
            weights[i] = signed ? (byte)127 : (byte)255;
        }

        float[] expected = new float[Rows * Columns];
        for (int i = 0; i < expected.Length; i++)
        {
            (int row, int column) = (i / Columns, i % Columns);
            for (int k = 0; k < Depth; k++)
            {
                expected[i] += activations[(row * Depth) + k] * (Value(weights[(k * Columns) + column]) - Value(zero));
            }
        }

        float[] x = [.. activations.Select(value => (float)value)];
        float[] got = Run(Graph(name, signed ? Element.Int8 : Element.UInt8, weights, zero), x);

        Near.Equal(expected, got, name is "QLinearMatMul" or "DequantizeLinear" ? 8192 : 0);

        int Value(byte stored) => signed ? (sbyte)stored : stored;
    }

    private static byte[] Graph(string name, Element type, byte[] values, byte zero)
    {
        var graph = new OnnxGraphBuilder("product", 20);
        string x = graph.Input("x", Element.Float, "rows", $"{Depth}");
        string weight = graph.Constant(type, values, Depth, Columns);
        string zeroPoint = graph.Constant(type, [zero], []);
        string one = graph.ScalarWithoutShape(1);
        bool quantisesInside = name is "DynamicQuantizeMatMul" or "DequantizeLinear";
        string[] quantised = quantisesInside ? [] : graph.NodeWithOutputs("DynamicQuantizeLinear", [x], 3);
        string product = name switch
        {
            "MatMulInteger" => Single(graph.Node(name, [quantised[0], weight, quantised[2], zeroPoint])),
            "no zero point" => Single(graph.Node("MatMulInteger", [quantised[0], weight, quantised[2]])),
            "MatMulIntegerToFloat" =>
                graph.Node(name, MicrosoftDomain, [quantised[0], weight, quantised[1], one, quantised[2], zeroPoint], null),
            "DynamicQuantizeMatMul" => graph.Node(name, MicrosoftDomain, [x, weight, one, zeroPoint], null),
            _ => Requantised(),
        };
        graph.Node("Identity", "", [product], "y");
        graph.Output("y", Element.Float, "rows", $"{Columns}");
        return graph.Build();

        string Single(string integers) => graph.Node("Cast", [integers], ("to", OnnxTensor.Float));

        // The result has 8 bits, too: steps of 16,384 from a zero point of 64. ONNX Runtime makes of the second form the first.
        string Requantised()
        {
            string scale = graph.ScalarWithoutShape(16384);
            string middle = graph.Constant(Element.UInt8, [64], []);
            if (name == "QLinearMatMul")
            {
                string bytes = graph.Node(name, [quantised[0], quantised[1], quantised[2], weight, one, zeroPoint, scale, middle]);
                return graph.Node("DequantizeLinear", [bytes, scale, middle]);
            }

            string nothing = graph.Constant(Element.UInt8, [0], []);
            string activations = graph.Node("DequantizeLinear", [graph.Node("QuantizeLinear", [x, one, nothing]), one, nothing]);
            string weights = graph.Node("DequantizeLinear", [weight, one, zeroPoint]);
            string sums = graph.Node("MatMul", [activations, weights]);
            return graph.Node("DequantizeLinear", [graph.Node("QuantizeLinear", [sums, scale, middle]), scale, middle]);
        }
    }

    private static float[] Run(byte[] model, float[] x)
    {
        using GraphSession session = GraphSession.Create("product", model, settings: 1);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [Rows, Depth]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
