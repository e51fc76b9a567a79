using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx;

/// <summary>
/// A projector that is one Linear layer, run by ONNX Runtime. Its Jacobian is the weight matrix at every token, so that
/// S = ||W||_F / sqrt(D) for all of them. Thread-safe.
/// </summary>
internal sealed class LinearOnnxProjector : IClosedFormProjector, IDisposable
{
    private static readonly string[] InputNames = [MlpGraph.Tokens];
    private static readonly string[] OutputNames = [MlpGraph.Projected];

    private readonly string _name;
    private readonly GraphSession _session;
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

        _name = name;
        _sensitivity = (float)Math.Sqrt(squares / layer.InputWidth);
        InputWidth = layer.InputWidth;
        OutputWidth = layer.OutputWidth;
        _session = GraphSession.Create("projector", MlpGraph.OneLayer(layer), threads);
    }

    public int InputWidth { get; }

    public int OutputWidth { get; }

    /// <inheritdoc/>
    MlpProjector? IClosedFormProjector.Weights => null;

    /// <inheritdoc/>
    public string? SensitivityNote => "the projector is one Linear layer, so its sensitivity is the same for every token: tokens are chosen by diversity";

    public unsafe void Project(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        int count = OnnxProjector.RowCount(tokens.Length, InputWidth, projected.Length, OutputWidth);
        if (count == 0)
        {
            return;
        }

        fixed (float* x = tokens, z = projected)
        {
            using OrtValue input = GraphSession.View(x, count, InputWidth);
            using OrtValue output = GraphSession.View(z, count, OutputWidth);
            try
            {
                _session.Run(InputNames, [input], OutputNames, [output]);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_name, $"{count} visual tokens of width {InputWidth}", exception);
            }
        }
    }

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

    public void Dispose() => _session.Dispose();
}
