using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Projection;

/// <summary>
/// A projector that ONNX Runtime runs: any graph from visual tokens to projected visual tokens. Thread-safe. Its sensitivity
/// can only be sampled; <see cref="MlpOnnxProjector"/> is for graphs of which more is known.
/// </summary>
internal sealed class OnnxProjector : IProjector, IDisposable
{
    private readonly GraphSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly int _leadingOnes;

    private OnnxProjector(GraphSession session, string input, string output, int rank, int inputWidth, int outputWidth)
    {
        _session = session;
        _inputNames = [input];
        _outputNames = [output];
        _leadingOnes = rank - 2;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
    }

    /// <inheritdoc/>
    public string? WhyNoClosedForm { get; init; }

    /// <summary>What messages call the projector; its path where <see cref="Model"/> is null.</summary>
    public string Name => _session.Name;

    /// <summary>ONNX bytes, everything inside, where it was cut off a vision encoder; null where it is a file.</summary>
    public byte[]? Model { get; private init; }

    public int InputWidth { get; }

    public int OutputWidth { get; }

    /// <summary>Loads projector.onnx: one float32 input [..., D], one output [..., H].</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="encoderWidth">D that the vision encoder gives; used where the graph leaves it open.</param>
    /// <param name="whyNoClosedForm">See <see cref="IProjector.WhyNoClosedForm"/>.</param>
    /// <exception cref="ZooPruneException">The file cannot be loaded or is no projector.</exception>
    public static OnnxProjector Open(string path, int threads, int encoderWidth, string? whyNoClosedForm = null) =>
        Open(path, GraphSession.Open(path, threads), encoderWidth, whyNoClosedForm);

    /// <summary>Loads a projector that was cut off a vision encoder.</summary>
    /// <param name="name">What messages call the projector.</param>
    /// <param name="part">The projector as a graph.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    public static OnnxProjector Create(string name, ProjectorPart.Graph part, int threads) =>
        Open(name, GraphSession.Create(name, part.Model, threads), part.InputWidth, part.Why, part.Model);

    private static OnnxProjector Open(
        string path, GraphSession session, int encoderWidth, string? whyNoClosedForm, byte[]? model = null)
    {
        try
        {
            var signature = new GraphSignature(session);
            (string input, int[] inputShape) = signature.OnlyInput();
            (string output, int[] outputShape) = signature.OnlyOutput();
            int rank = inputShape.Length;
            if (rank is < 2 or > 4 || outputShape.Length != rank)
            {
                throw Throw.GraphShape(
                    path, input, inputShape, "[tokens, width] or [batch, tokens, width], and an output of the same rank");
            }

            int inputWidth = inputShape[^1] > 0 ? inputShape[^1] : encoderWidth;
            int outputWidth = outputShape[^1];
            if (outputWidth <= 0)
            {
                throw Throw.GraphShape(path, output, outputShape, "a last dimension that is a number, the embedding width");
            }

            return new OnnxProjector(session, input, output, rank, inputWidth, outputWidth)
            {
                WhyNoClosedForm = whyNoClosedForm,
                Model = model,
            };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public unsafe void Project(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        int count = RowCount(tokens.Length, InputWidth, projected.Length, OutputWidth);
        if (count == 0)
        {
            return;
        }

        fixed (float* x = tokens, z = projected)
        {
            using OrtValue input = GraphSession.View(x, Shape(count, InputWidth));
            using OrtValue output = GraphSession.View(z, Shape(count, OutputWidth));
            try
            {
                _session.Run(_inputNames, [input], _outputNames, [output]);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_session.Name, $"{count} visual tokens of width {InputWidth}", exception);
            }
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>N, after checking that both lengths belong to it.</summary>
    internal static int RowCount(int tokenLength, int inputWidth, int projectedLength, int outputWidth)
    {
        if (tokenLength % inputWidth != 0)
        {
            throw Throw.ProjectorTokens(tokenLength, inputWidth);
        }

        int count = tokenLength / inputWidth;
        return projectedLength == (long)count * outputWidth ? count : throw Throw.ProjectorResult(projectedLength, count, outputWidth);
    }

    private long[] Shape(int count, int width)
    {
        long[] shape = new long[_leadingOnes + 2];
        Array.Fill(shape, 1);
        shape[^2] = count;
        shape[^1] = width;
        return shape;
    }
}

/// <summary>
/// A projector that is one Linear layer, run by ONNX Runtime. Its Jacobian is the weight matrix at every token, so that
/// S = ||W||_F / sqrt(D) for all of them. Thread-safe.
/// </summary>
internal sealed class LinearOnnxProjector : IClosedFormProjector, IDisposable
{
    private readonly OnnxProjector _layer;
    private readonly float _sensitivity;

    /// <param name="name">What messages call the projector: the path of the file that its weights come from.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <exception cref="ArgumentException">A weight is NaN or infinite.</exception>
    public LinearOnnxProjector(string name, LinearLayer layer, int threads)
    {
        double squares = 0;
        foreach (float weight in layer.Weight)
        {
            squares += (double)weight * weight;
        }

        if (!double.IsFinite(squares) || !Array.TrueForAll(layer.Bias, float.IsFinite))
        {
            throw new ArgumentException("a weight is NaN or infinite", nameof(layer));
        }

        Layer = layer;
        _sensitivity = (float)Math.Sqrt(squares / layer.InputWidth);
        var graph = new ProjectorPart.Graph(MlpGraph.OneLayer(layer), layer.InputWidth, layer.OutputWidth, "");
        _layer = OnnxProjector.Create(name, graph, threads);
    }

    public LinearLayer Layer { get; }

    public int InputWidth => _layer.InputWidth;

    public int OutputWidth => _layer.OutputWidth;

    /// <inheritdoc/>
    MlpProjector? IClosedFormProjector.Weights => null;

    /// <inheritdoc/>
    public string? SensitivityNote =>
        "the projector is one Linear layer, so its sensitivity is the same for every token: tokens are chosen by diversity";

    public void Project(ReadOnlySpan<float> tokens, Span<float> projected) => _layer.Project(tokens, projected);

    public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        int count = OnnxProjector.RowCount(tokens.Length, InputWidth, projected.Length, OutputWidth);
        if (sensitivity.Length != count)
        {
            throw Throw.SensitivityLength(sensitivity.Length, count);
        }

        Project(tokens, projected);
        sensitivity.Fill(_sensitivity);
    }

    public void Dispose() => _layer.Dispose();
}
