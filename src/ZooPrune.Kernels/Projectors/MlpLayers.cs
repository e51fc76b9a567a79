using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The weights of <see cref="MlpProjector"/> and their arithmetic on rows of tokens: two linear layers and the activation between them.
/// </summary>
/// <remarks>
/// Immutable, but for what is made when it is first needed and kept: the weights packed, a second copy of them, which projectors that run
/// elsewhere never make, and Q.
/// </remarks>
internal sealed class MlpLayers(
    float[] weight1, float[] bias1, float[] weight2, float[] bias2, int inputWidth, GeluKind gelu, ITokenKernels kernels)
{
    // Rows whose slopes are still in the cache when they are multiplied: 12 x 4096 floats are 192 KB.
    private const int RowsInCache = 12;

    private readonly Lazy<PackedRows> _packed1 = new(() => new(new MatrixView(weight1, bias1.Length, inputWidth), kernels));
    private readonly Lazy<PackedRows> _packed2 = new(() => new(new MatrixView(weight2, bias2.Length, bias1.Length), kernels));
    private readonly Lock _lock = new();
    private volatile QuadraticForm? _form;

    /// <summary>W1, row-major [H1, D].</summary>
    public float[] Weight1 { get; } = weight1;

    /// <summary>b1, [H1].</summary>
    public float[] Bias1 { get; } = bias1;

    /// <summary>W2, row-major [H, H1].</summary>
    public float[] Weight2 { get; } = weight2;

    /// <summary>b2, [H].</summary>
    public float[] Bias2 { get; } = bias2;

    /// <summary>D.</summary>
    public int InputWidth { get; } = inputWidth;

    /// <summary>g.</summary>
    public GeluKind Gelu { get; } = gelu;

    public ITokenKernels Kernels { get; } = kernels;

    /// <summary>Q if it was computed already; otherwise computed for this one use.</summary>
    public QuadraticForm KnownForm(int maxThreads) => _form ?? ComputeForm(maxThreads);

    /// <summary>Q, kept; whoever comes first computes it, on as many threads as it may use, and the others wait.</summary>
    public QuadraticForm Form(int maxThreads)
    {
        if (_form is null)
        {
            lock (_lock)
            {
                _form ??= ComputeForm(maxThreads);
            }
        }

        return _form;
    }

    /// <summary>a = W1 x + b1.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="activations">Receives a, [n, H1].</param>
    public void ProjectHidden(ReadOnlySpan<float> tokens, Span<float> activations) =>
        Linear(tokens, InputWidth, _packed1.Value, Bias1, activations);

    /// <summary>Z, and S where there is a form.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="projected">Receives Z, [n, H].</param>
    /// <param name="sensitivity">Receives S, [n]; left alone without a form.</param>
    /// <param name="form">How S follows from the slopes; null for Z alone.</param>
    public void Project(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity, IQuadraticForm? form)
    {
        int length = tokens.Length / InputWidth * Bias1.Length;
        float[] rented = ArrayPool<float>.Shared.Rent(2 * length);
        try
        {
            Span<float> hidden = rented.AsSpan(0, length);
            ProjectHidden(tokens, hidden);
            if (form is not null)
            {
                Span<float> slopes = rented.AsSpan(length, length);
                Kernels.GeluDerivative(hidden, slopes, Gelu);
                form.Evaluate(slopes, sensitivity, Kernels);
            }

            Kernels.Gelu(hidden, hidden, Gelu);
            Linear(hidden, Bias1.Length, _packed2.Value, Bias2, projected);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>S of tokens whose first layer is done.</summary>
    /// <param name="activations">a, [n, H1]; overwritten.</param>
    /// <param name="sensitivity">Receives S, [n].</param>
    /// <param name="form">How S follows from the slopes.</param>
    public void Sensitivity(Span<float> activations, Span<float> sensitivity, IQuadraticForm form)
    {
        int hidden = Bias1.Length;
        for (int i = 0; i < sensitivity.Length; i += RowsInCache)
        {
            int few = Math.Min(RowsInCache, sensitivity.Length - i);
            Span<float> slopes = activations.Slice(i * hidden, few * hidden);
            Kernels.GeluDerivative(slopes, slopes, Gelu);
            form.Evaluate(slopes, sensitivity.Slice(i, few), Kernels);
        }
    }

    private void Linear(ReadOnlySpan<float> rows, int width, PackedRows weight, float[] bias, Span<float> result)
    {
        int count = rows.Length / width;
        for (int i = 0; i < count; i++)
        {
            bias.CopyTo(result[(i * bias.Length)..]);
        }

        Kernels.AddProducts(new MatrixView(rows, count, width), weight.View, result, bias.Length);
    }

    private QuadraticForm ComputeForm(int maxThreads) =>
        QuadraticForm.Of(Weight1, InputWidth, Weight2, Bias2.Length, InputWidth, Kernels, maxThreads);
}
