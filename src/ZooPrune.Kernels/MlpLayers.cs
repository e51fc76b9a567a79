using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The arithmetic of <see cref="MlpProjector"/> on rows of tokens: two linear layers and the activation between them. Immutable, but for the
/// weights being packed when they are first multiplied: a second copy of them, which projectors that run elsewhere never make.
/// </summary>
internal sealed class MlpLayers(
    float[] weight1, float[] bias1, float[] weight2, float[] bias2, int inputWidth, GeluKind gelu, ITokenKernels kernels)
{
    // Rows whose slopes are still in the cache when they are multiplied: 12 x 4096 floats are 192 KB.
    private const int RowsInCache = 12;

    private readonly Lock _lock = new();
    private volatile PackedRows? _packed1;
    private volatile PackedRows? _packed2;

    /// <summary>W1, row-major [H1, D].</summary>
    public float[] Weight1 { get; } = weight1;

    /// <summary>b1, [H1].</summary>
    public float[] Bias1 { get; } = bias1;

    /// <summary>W2, row-major [H, H1].</summary>
    public float[] Weight2 { get; } = weight2;

    /// <summary>b2, [H].</summary>
    public float[] Bias2 { get; } = bias2;

    /// <summary>g.</summary>
    public GeluKind Gelu { get; } = gelu;

    public ITokenKernels Kernels { get; } = kernels;

    /// <summary>a = W1 x + b1.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="activations">Receives a, [n, H1].</param>
    public void ProjectHidden(ReadOnlySpan<float> tokens, Span<float> activations) =>
        Linear(tokens, inputWidth, Packed1(), Bias1, activations);

    /// <summary>Z, and S where there is a form.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="projected">Receives Z, [n, H].</param>
    /// <param name="sensitivity">Receives S, [n]; left alone without a form.</param>
    /// <param name="form">How S follows from the slopes; null for Z alone.</param>
    public void Project(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity, ISensitivityForm? form)
    {
        int length = tokens.Length / inputWidth * Bias1.Length;
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
            Linear(hidden, Bias1.Length, Packed2(), Bias2, projected);
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
    public void Sensitivity(Span<float> activations, Span<float> sensitivity, ISensitivityForm form)
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

    private PackedRows Packed1()
    {
        if (_packed1 is null)
        {
            lock (_lock)
            {
                _packed1 ??= new PackedRows(new MatrixView(Weight1, Bias1.Length, inputWidth), Kernels);
            }
        }

        return _packed1;
    }

    private PackedRows Packed2()
    {
        if (_packed2 is null)
        {
            lock (_lock)
            {
                _packed2 ??= new PackedRows(new MatrixView(Weight2, Bias2.Length, Bias1.Length), Kernels);
            }
        }

        return _packed2;
    }
}
