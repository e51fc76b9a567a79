using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx;

/// <summary>
/// A projector Linear, GELU, Linear: <see cref="Project"/> runs the model's own graph,
/// <see cref="ProjectWithSensitivity"/> one that is written here and gives Z and S together. Thread-safe.
/// </summary>
/// <remarks>
/// With a = W1 x + b1, d = g'(a) and Q = (W2^T W2) o (W1 W1^T): S = sqrt(d^T Q d / D). Q and its graph are made when S is first
/// asked for.
/// </remarks>
internal sealed class MlpOnnxProjector : IClosedFormProjector, IDisposable
{
    private static readonly string[] InputNames = ["visual_tokens"];
    private static readonly string[] OutputNames = ["projected", "sensitivity"];

    private readonly OnnxProjector _projector;
    private readonly Lazy<GraphSession> _sensitivity;

    /// <param name="projector">The model's own graph; owned from here.</param>
    /// <param name="weights">What was read out of that graph.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <exception cref="ArgumentException">A weight is NaN or infinite.</exception>
    public MlpOnnxProjector(OnnxProjector projector, MlpWeights weights, int threads)
    {
        (LinearLayer first, LinearLayer second) = (weights.First, weights.Second);
        Weights = new MlpProjector(
            first.Weight, first.Bias, second.Weight, second.Bias, first.InputWidth, first.OutputWidth, second.OutputWidth);
        _projector = projector;
        _sensitivity = new Lazy<GraphSession>(() => GraphSession.Create("projector with sensitivity", BuildGraph(Weights), threads));
    }

    public MlpProjector Weights { get; }

    public int InputWidth => _projector.InputWidth;

    public int OutputWidth => _projector.OutputWidth;

    public void Project(ReadOnlySpan<float> tokens, Span<float> projected) => _projector.Project(tokens, projected);

    public unsafe void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        int count = _projector.RowCount(tokens.Length, projected.Length);
        if (sensitivity.Length != count)
        {
            throw Throw.SensitivityLength(sensitivity.Length, count);
        }

        if (count == 0)
        {
            return;
        }

        fixed (float* x = tokens, z = projected, s = sensitivity)
        {
            using OrtValue input = GraphSession.View(x, count, InputWidth);
            using OrtValue projectedValue = GraphSession.View(z, count, OutputWidth);
            using OrtValue sensitivityValue = GraphSession.View(s, count);
            _sensitivity.Value.Run(InputNames, [input], OutputNames, [projectedValue, sensitivityValue]);
        }
    }

    public void Dispose()
    {
        _projector.Dispose();
        if (_sensitivity.IsValueCreated)
        {
            _sensitivity.Value.Dispose();
        }
    }

    private static byte[] BuildGraph(MlpProjector mlp)
    {
        var graph = new OnnxGraphBuilder("projector_with_sensitivity");
        string x = graph.Input("visual_tokens", OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.InputWidth}");

        // a = x W1^T + b1
        string weight1 = graph.Constant(mlp.Weight1, mlp.HiddenWidth, mlp.InputWidth);
        string a = graph.Node("Gemm", [x, weight1, graph.Constant(mlp.Bias1, mlp.HiddenWidth)], ("transB", 1));

        // Phi(a) = (1 + erf(a / sqrt(2))) / 2, shared by g(a) = a Phi(a) and g'(a) = Phi(a) + a phi(a)
        string erf = graph.Node("Erf", [graph.Node("Mul", [a, graph.Scalar(1 / MathF.Sqrt(2))])]);
        string half = graph.Scalar(0.5f);
        string cumulative = graph.Node("Add", [graph.Node("Mul", [erf, half]), half]);

        // Z = g(a) W2^T + b2
        string activated = graph.Node("Mul", [a, cumulative]);
        string weight2 = graph.Constant(mlp.Weight2, mlp.OutputWidth, mlp.HiddenWidth);
        graph.Node("Gemm", "", [activated, weight2, graph.Constant(mlp.Bias2, mlp.OutputWidth)], "projected", ("transB", 1));

        // d = g'(a), phi(a) = exp(-a^2 / 2) / sqrt(2 pi)
        string halfSquare = graph.Node("Mul", [graph.Node("Mul", [a, a]), graph.Scalar(-0.5f)]);
        string density = graph.Node("Mul", [graph.Node("Exp", [halfSquare]), graph.Scalar(1 / MathF.Sqrt(2 * MathF.PI))]);
        string d = graph.Node("Add", [cumulative, graph.Node("Mul", [a, density])]);

        // S = sqrt(max(d^T Q d, 0) / D)
        string q = graph.Constant(mlp.Form.Values, mlp.HiddenWidth, mlp.HiddenWidth);
        string terms = graph.Node("Mul", [graph.Node("MatMul", [d, q]), d]);
        string sum = graph.Node("ReduceSum", [terms, graph.Constant([1L], 1)], ("keepdims", 0));
        string mean = graph.Node("Mul", [graph.Node("Relu", [sum]), graph.Scalar(1f / mlp.InputWidth)]);
        graph.Node("Sqrt", "", [mean], "sensitivity");

        graph.Output("projected", OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.OutputWidth}");
        graph.Output("sensitivity", OnnxGraphBuilder.Element.Float, "tokens");
        return graph.Build();
    }
}
