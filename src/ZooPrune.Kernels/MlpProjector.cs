using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The projector of the LLaVA family, computed in managed code: M(x) = W2 g(W1 x + b1) + b2, g the exact (erf) GELU.
/// </summary>
/// <remarks>
/// Immutable; calls from several threads at once are fine. Weights are copied. The result has the same bits whatever the number
/// of threads. The first sensitivity asked of a projector computes Q, [H1, H1], and keeps it: 64 MB for H1 = 4096.
/// </remarks>
public sealed class MlpProjector : IClosedFormProjector
{
    private readonly float[] _weight1;
    private readonly float[] _bias1;
    private readonly float[] _weight2;
    private readonly float[] _bias2;
    private readonly SharedSensitivityForm _form;
    private readonly int _maxThreads;

    /// <summary>Creates the projector from its weights.</summary>
    /// <param name="weight1">W1, row-major [H1, D].</param>
    /// <param name="bias1">b1, [H1].</param>
    /// <param name="weight2">W2, row-major [H, H1].</param>
    /// <param name="bias2">b2, [H].</param>
    /// <param name="inputWidth">D; at least 1.</param>
    /// <param name="hiddenWidth">H1; at least 1.</param>
    /// <param name="outputWidth">H; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1.</exception>
    /// <exception cref="ArgumentException">A weight has the wrong length or holds NaN or infinity.</exception>
    public MlpProjector(
        ReadOnlySpan<float> weight1,
        ReadOnlySpan<float> bias1,
        ReadOnlySpan<float> weight2,
        ReadOnlySpan<float> bias2,
        int inputWidth,
        int hiddenWidth,
        int outputWidth)
        : this(weight1, bias1, weight2, bias2, inputWidth, hiddenWidth, outputWidth, TokenKernels.Default)
    {
    }

    internal MlpProjector(
        ReadOnlySpan<float> weight1,
        ReadOnlySpan<float> bias1,
        ReadOnlySpan<float> weight2,
        ReadOnlySpan<float> bias2,
        int inputWidth,
        int hiddenWidth,
        int outputWidth,
        ITokenKernels kernels)
    {
        InputWidth = Positive(inputWidth, nameof(inputWidth));
        HiddenWidth = Positive(hiddenWidth, nameof(hiddenWidth));
        OutputWidth = Positive(outputWidth, nameof(outputWidth));
        _weight1 = Checked(weight1, (long)hiddenWidth * inputWidth, "H1 x D", nameof(weight1));
        _bias1 = Checked(bias1, hiddenWidth, "H1", nameof(bias1));
        _weight2 = Checked(weight2, (long)outputWidth * hiddenWidth, "H x H1", nameof(weight2));
        _bias2 = Checked(bias2, outputWidth, "H", nameof(bias2));
        Kernels = kernels;
        _form = new SharedSensitivityForm();
    }

    private MlpProjector(MlpProjector other, int maxThreads)
    {
        InputWidth = other.InputWidth;
        HiddenWidth = other.HiddenWidth;
        OutputWidth = other.OutputWidth;
        _weight1 = other._weight1;
        _bias1 = other._bias1;
        _weight2 = other._weight2;
        _bias2 = other._bias2;
        Kernels = other.Kernels;
        _form = other._form;
        _maxThreads = maxThreads;
    }

    /// <inheritdoc/>
    public int InputWidth { get; }

    /// <summary>H1, the width between the two linear layers.</summary>
    public int HiddenWidth { get; }

    /// <inheritdoc/>
    public int OutputWidth { get; }

    /// <summary>W1, row-major [H1, D].</summary>
    public ReadOnlySpan<float> Weight1 => _weight1;

    /// <summary>b1, [H1].</summary>
    public ReadOnlySpan<float> Bias1 => _bias1;

    /// <summary>W2, row-major [H, H1].</summary>
    public ReadOnlySpan<float> Weight2 => _weight2;

    /// <summary>b2, [H].</summary>
    public ReadOnlySpan<float> Bias2 => _bias2;

    MlpProjector IClosedFormProjector.Weights => this;

    internal ITokenKernels Kernels { get; }

    /// <summary>Q, computed when first asked for.</summary>
    internal SensitivityForm Form => _form.Of(this, _maxThreads);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or <paramref name="projected"/> has another number of rows.
    /// </exception>
    public void Project(ReadOnlySpan<float> tokens, Span<float> projected) =>
        Run(tokens, projected, [], CountRows(tokens, projected));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or a result has another number of rows.
    /// </exception>
    public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        int count = CountRows(tokens, projected);
        if (sensitivity.Length != count)
        {
            throw Throw.WrongLength("Sensitivity", sensitivity.Length, "N", count, nameof(sensitivity));
        }

        Run(tokens, projected, sensitivity, count);
    }

    /// <summary>
    /// The same projector on at most <paramref name="maxThreads"/> threads (0: one per processor); shares the weights and Q.
    /// </summary>
    internal MlpProjector WithThreads(int maxThreads) => new(this, maxThreads);

    /// <summary>The first linear layer: a_i = W1 x_i + b1.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="activations">Receives a, [n, H1].</param>
    internal void ProjectHidden(ReadOnlySpan<float> tokens, Span<float> activations) =>
        Linear(tokens, InputWidth, _weight1, _bias1, activations);

    private void ProjectRows(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        int count = tokens.Length / InputWidth;
        int hiddenLength = count * HiddenWidth;
        float[] rented = ArrayPool<float>.Shared.Rent(2 * hiddenLength);
        try
        {
            Span<float> hidden = rented.AsSpan(0, hiddenLength);
            ProjectHidden(tokens, hidden);
            if (!sensitivity.IsEmpty)
            {
                Span<float> slopes = rented.AsSpan(hiddenLength, hiddenLength);
                Kernels.GeluDerivative(hidden, slopes);
                Form.Evaluate(slopes, sensitivity, Kernels);
            }

            Kernels.Gelu(hidden, hidden);
            Linear(hidden, HiddenWidth, _weight2, _bias2, projected);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private void Linear(ReadOnlySpan<float> rows, int width, float[] weight, float[] bias, Span<float> result)
    {
        int count = rows.Length / width;
        for (int i = 0; i < count; i++)
        {
            bias.CopyTo(result[(i * bias.Length)..]);
        }

        Kernels.AddProducts(new MatrixView(rows, count, width), new MatrixView(weight, bias.Length, width), result, bias.Length);
    }

    private unsafe void Run(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity, int count)
    {
        bool wantsSensitivity = !sensitivity.IsEmpty;
        if (wantsSensitivity)
        {
            _ = Form;
        }

        fixed (float* tokenStart = tokens, projectedStart = projected, sensitivityStart = sensitivity)
        {
            PinnedRows x = new(tokenStart, InputWidth);
            PinnedRows z = new(projectedStart, OutputWidth);
            PinnedRows s = new(sensitivityStart, 1);
            TokenLoop.Run(count, _maxThreads, (first, rows) =>
                ProjectRows(x.Rows(first, rows), z.Rows(first, rows), wantsSensitivity ? s.Rows(first, rows) : []));
        }
    }

    private int CountRows(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        if (tokens.Length % InputWidth != 0)
        {
            throw Throw.NotWholeRows("Visual tokens", tokens.Length, InputWidth, nameof(tokens));
        }

        int count = tokens.Length / InputWidth;
        long needed = (long)count * OutputWidth;
        return projected.Length == needed
            ? count
            : throw Throw.WrongLength("Projected visual tokens", projected.Length, "N x H", needed, nameof(projected));
    }

    private static int Positive(int width, string parameter) =>
        width >= 1 ? width : throw Throw.SizeBelowOne("MlpProjector", width, parameter);

    private static float[] Checked(ReadOnlySpan<float> values, long needed, string shape, string parameter)
    {
        if (values.Length != needed)
        {
            throw Throw.WrongLength($"MlpProjector, {parameter}", values.Length, shape, needed, parameter);
        }

        int bad = FiniteCheck.FirstNotFinite(values);
        return bad < 0 ? values.ToArray() : throw Throw.NotFiniteWeight($"MlpProjector, {parameter}", bad, values[bad], parameter);
    }
}
