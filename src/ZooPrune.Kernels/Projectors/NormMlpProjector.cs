using System.Buffers;

namespace ZooPrune;

/// <summary>
/// A merger as Qwen2-VL and Qwen2.5-VL have it, computed in managed code: a visual token is a group of P patches of width C, each
/// normalised on its own, joined, and put through Linear, GELU, Linear: M(x) = W2 g(W1 concat_p(norm(x_p)) + b1) + b2.
/// </summary>
/// <remarks>
/// The sensitivity is that of the merger's input: a direction is a unit vector in the space of all P patches before their norm,
/// D = P C. (Nudging what leaves the norm is the sensitivity of the Linear, GELU, Linear alone; that is <see cref="MlpProjector"/>.)
/// With A_p = W1_p diag(w), y_p the normalised patch before w and b, t_p = A_p y_p, rho_p^2 its mean square (variance) + epsilon and
/// kappa_p = (2 - |y_p|^2 / C) / C,
/// ||J||_F^2 = sum_p (d^T [(W2^T W2) o (A_p A_p^T)] d - kappa_p ||W2 (d o t_p)||^2) / rho_p^2, with the rows of A_p centred for a
/// layer norm. Derived in docs/method.md.
/// Immutable; calls from several threads at once are fine. The first sensitivity computes P forms of [H1, H1] and keeps them.
/// </remarks>
public sealed class NormMlpProjector : IClosedFormProjector
{
    private readonly PatchNorm _norm;
    private readonly MlpProjector _mlp;
    private readonly Lazy<QuadraticForm[]> _forms;
    private readonly float[][] _patchWeights;

    /// <summary>Creates the projector.</summary>
    /// <param name="norm">The normalisation of a patch; it has C.</param>
    /// <param name="mlp">Linear, GELU, Linear behind it; its input width is P C.</param>
    /// <exception cref="ArgumentNullException">One is null.</exception>
    /// <exception cref="ArgumentException">The input of the first linear layer is no whole number of patches wide.</exception>
    public NormMlpProjector(PatchNorm norm, MlpProjector mlp)
    {
        ArgumentNullException.ThrowIfNull(norm);
        ArgumentNullException.ThrowIfNull(mlp);
        if (mlp.InputWidth % norm.Width != 0)
        {
            throw Throw.PatchWidth(mlp.InputWidth, norm.Width, nameof(norm));
        }

        _norm = norm;
        _mlp = mlp;
        _patchWeights = [.. Enumerable.Range(0, mlp.InputWidth / norm.Width).Select(PatchWeight)];
        _forms = new Lazy<QuadraticForm[]>(() => [.. _patchWeights.Select(Form)]);
    }

    private NormMlpProjector(NormMlpProjector other, MlpProjector mlp)
    {
        _norm = other._norm;
        _mlp = mlp;
        _patchWeights = other._patchWeights;
        _forms = other._forms;
    }

    /// <summary>P, the patches of a visual token.</summary>
    public int PatchCount => _patchWeights.Length;

    /// <summary>D = P C.</summary>
    public int InputWidth => _mlp.InputWidth;

    /// <inheritdoc/>
    public int OutputWidth => _mlp.OutputWidth;

    MlpProjector? IClosedFormProjector.Weights => null;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or <paramref name="projected"/> has another number of rows.
    /// </exception>
    public void Project(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        float[] joined = ArrayPool<float>.Shared.Rent(Math.Max(1, tokens.Length));
        Span<float> normalized = joined.AsSpan(0, tokens.Length);
        for (int start = 0; start + _norm.Width <= tokens.Length; start += _norm.Width)
        {
            Span<float> patch = normalized.Slice(start, _norm.Width);
            _norm.Normalize(tokens.Slice(start, _norm.Width), patch);
            for (int c = 0; c < patch.Length; c++)
            {
                patch[c] = (patch[c] * _norm.Weight[c]) + _norm.Bias[c];
            }
        }

        _mlp.Project(normalized, projected);
        ArrayPool<float>.Shared.Return(joined);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or a result has another number of rows.
    /// </exception>
    public unsafe void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        Project(tokens, projected);
        int count = tokens.Length / InputWidth;
        if (sensitivity.Length != count)
        {
            throw Throw.WrongLength("Sensitivity", sensitivity.Length, "N", count, nameof(sensitivity));
        }

        _ = _forms.Value;
        fixed (float* tokenStart = tokens, sensitivityStart = sensitivity)
        {
            PinnedRows x = new(tokenStart, InputWidth);
            PinnedRows s = new(sensitivityStart, 1);
            ParallelLoop.RunBlocks(count, _mlp.MaxThreads, (first, rows) => Evaluate(x.Rows(first, rows), s.Rows(first, rows)));
        }
    }

    /// <summary>The same projector on at most that many threads (0: one per processor); shares the weights and the forms.</summary>
    internal NormMlpProjector WithThreads(int maxThreads) => new(this, _mlp.WithThreads(maxThreads));

    private void Evaluate(ReadOnlySpan<float> tokens, Span<float> sensitivity)
    {
        int count = sensitivity.Length;
        int hidden = _mlp.HiddenWidth;
        int patches = PatchCount;
        ITokenKernels kernels = _mlp.Kernels;

        // t_p = A_p y_p, [P, n, H1]: the parts of the first layer, which make the activations and the corrections alike.
        float[] parts = new float[patches * count * hidden];
        float[] units = new float[count * _norm.Width];
        double[] sizes = new double[patches * count];
        double[] corrections = new double[patches * count];
        for (int p = 0; p < patches; p++)
        {
            for (int i = 0; i < count; i++)
            {
                Span<float> unit = units.AsSpan(i * _norm.Width, _norm.Width);
                sizes[(p * count) + i] = _norm.Normalize(tokens.Slice((((i * patches) + p) * _norm.Width), _norm.Width), unit);
                corrections[(p * count) + i] = (2 - (DoubleSums.SumOfSquares(unit) / _norm.Width)) / _norm.Width;
            }

            kernels.AddProducts(
                new MatrixView(units, count, _norm.Width),
                new MatrixView(_patchWeights[p], hidden, _norm.Width),
                parts.AsSpan(p * count * hidden),
                hidden);
        }

        float[] slopes = Slopes(parts, count);
        float[] form = new float[count];
        float[] moved = new float[count * hidden];
        float[] response = new float[count * OutputWidth];
        double[] sums = new double[count];
        for (int p = 0; p < patches; p++)
        {
            _forms.Value[p].Evaluate(slopes, form, kernels);
            for (int k = 0; k < moved.Length; k++)
            {
                moved[k] = slopes[k] * parts[(p * count * hidden) + k];
            }

            response.AsSpan().Clear();
            kernels.AddProducts(
                new MatrixView(moved, count, hidden), new MatrixView(_mlp.Weight2, OutputWidth, hidden), response, OutputWidth);
            for (int i = 0; i < count; i++)
            {
                // A patch without size and without epsilon has no derivative; it is left out.
                double size = sizes[(p * count) + i];
                double squares = (double)form[i] * form[i] * InputWidth;
                double correction = corrections[(p * count) + i] * DoubleSums.SumOfSquares(response.AsSpan(i * OutputWidth, OutputWidth));
                sums[i] += size > 0 ? (squares - correction) / size : 0;
            }
        }

        for (int i = 0; i < count; i++)
        {
            sensitivity[i] = (float)Math.Sqrt(Math.Max(0, sums[i]) / InputWidth);
        }
    }

    /// <summary>d = g'(sum_p t_p + W1 concat_p(b) + b1), row-major [n, H1].</summary>
    private float[] Slopes(float[] parts, int count)
    {
        int hidden = _mlp.HiddenWidth;
        float[] shift = new float[InputWidth];
        for (int c = 0; c < shift.Length; c++)
        {
            shift[c] = _norm.Bias[c % _norm.Width];
        }

        float[] bias = new float[hidden];
        _mlp.ProjectHidden(shift, bias);
        float[] slopes = new float[count * hidden];
        for (int k = 0; k < slopes.Length; k++)
        {
            double sum = bias[k % hidden];
            for (int p = 0; p < PatchCount; p++)
            {
                sum += parts[(p * slopes.Length) + k];
            }

            slopes[k] = (float)sum;
        }

        _mlp.Kernels.GeluDerivative(slopes, slopes, _mlp.Gelu);
        return slopes;
    }

    /// <summary>A_p = W1_p diag(w), [H1, C].</summary>
    private float[] PatchWeight(int patch)
    {
        float[] weight = new float[_mlp.HiddenWidth * _norm.Width];
        for (int k = 0; k < _mlp.HiddenWidth; k++)
        {
            for (int c = 0; c < _norm.Width; c++)
            {
                weight[(k * _norm.Width) + c] = _mlp.Weight1[(k * InputWidth) + (patch * _norm.Width) + c] * _norm.Weight[c];
            }
        }

        return weight;
    }

    private QuadraticForm Form(float[] patchWeight)
    {
        float[] rows = patchWeight;
        if (_norm.Kind == NormKind.Layer)
        {
            // The mean of a patch does not move anything: A_p (I - 1 1^T / C) has centred rows.
            rows = [.. patchWeight.Chunk(_norm.Width).SelectMany(row =>
            {
                double mean = row.Average(value => (double)value);
                return row.Select(value => (float)(value - mean));
            })];
        }

        return QuadraticForm.Of(rows, _norm.Width, _mlp.Weight2, OutputWidth, InputWidth, _mlp.Kernels, _mlp.MaxThreads);
    }
}
