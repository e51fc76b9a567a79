using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Benchmarks;

/// <summary>A square float32 matrix product by ONNX Runtime on all threads: the best rate that this machine is seen to reach.</summary>
internal sealed class SquareProduct : IDisposable
{
    private const int Size = 2048;

    private readonly float[] _values = Ones();
    private readonly float[] _product = new float[Size * Size];
    private readonly GraphSession _session;

    /// <summary>Loads the product and asserts what it gives.</summary>
    public SquareProduct()
    {
        OnnxGraphBuilder graph = new("square_product");
        string left = graph.Input("left", OnnxGraphBuilder.Element.Float, $"{Size}", $"{Size}");
        graph.Node("MatMul", "", [left, graph.Constant(_values, Size, Size)], "product");
        graph.Output("product", OnnxGraphBuilder.Element.Float, $"{Size}", $"{Size}");
        _session = GraphSession.Create("square product", graph.Build(), settings: 0);
        Run();
        if (_product[0] != Size || _product[^1] != Size)
        {
            throw new InvalidOperationException($"Benchmark: the square product gave {_product[0]}. It must be {Size}; nothing is timed before this is mended.");
        }
    }

    /// <summary>Multiplications and additions of one run.</summary>
    public static double Operations => 2.0 * Size * Size * Size;

    public unsafe void Run()
    {
        fixed (float* input = _values, output = _product)
        {
            using OrtValue inputValue = GraphSession.View(input, Size, Size);
            using OrtValue outputValue = GraphSession.View(output, Size, Size);
            _session.Run(["left"], [inputValue], ["product"], [outputValue]);
        }
    }

    public void Dispose() => _session.Dispose();

    private static float[] Ones()
    {
        float[] values = new float[Size * Size];
        Array.Fill(values, 1f);
        return values;
    }
}
