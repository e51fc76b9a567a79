namespace ZooPrune;

/// <summary>
/// The projector of the LLaVA family, computed in managed code: M(x) = W2 g(W1 x + b1) + b2, g a GELU.
/// </summary>
/// <remarks>
/// Immutable; calls from several threads at once are fine. Weights are copied. The result has the same bits whatever the number
/// of threads. The first exact sensitivity asked of a projector computes Q, [H1, H1], and keeps it: 64 MB for H1 = 4096.
/// <see cref="ChooseRank"/> gives a projector whose sensitivity is far cheaper, and which keeps no Q.
/// </remarks>
public sealed class MlpProjector : IClosedFormProjector
{
    private readonly MlpLayers _layers;

    /// <summary>Creates the projector from its weights.</summary>
    /// <param name="weight1">W1, row-major [H1, D].</param>
    /// <param name="bias1">b1, [H1].</param>
    /// <param name="weight2">W2, row-major [H, H1].</param>
    /// <param name="bias2">b2, [H].</param>
    /// <param name="inputWidth">D; at least 1.</param>
    /// <param name="hiddenWidth">H1; at least 1.</param>
    /// <param name="outputWidth">H; at least 1.</param>
    /// <param name="gelu">g; the default is the exact (erf) GELU.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1, or the kind has no name.</exception>
    /// <exception cref="ArgumentException">A weight has the wrong length or holds NaN or infinity.</exception>
    public MlpProjector(
        ReadOnlySpan<float> weight1,
        ReadOnlySpan<float> bias1,
        ReadOnlySpan<float> weight2,
        ReadOnlySpan<float> bias2,
        int inputWidth,
        int hiddenWidth,
        int outputWidth,
        GeluKind gelu = GeluKind.Exact)
        : this(weight1, bias1, weight2, bias2, inputWidth, hiddenWidth, outputWidth, TokenKernels.Default, gelu)
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
        ITokenKernels kernels,
        GeluKind gelu = GeluKind.Exact)
    {
        CheckWidth(inputWidth, nameof(inputWidth));
        CheckWidth(hiddenWidth, nameof(hiddenWidth));
        CheckWidth(outputWidth, nameof(outputWidth));
        _layers = new MlpLayers(
            Checked(weight1, (long)hiddenWidth * inputWidth, "H1 x D", nameof(weight1)),
            Checked(bias1, hiddenWidth, "H1", nameof(bias1)),
            Checked(weight2, (long)outputWidth * hiddenWidth, "H x H1", nameof(weight2)),
            Checked(bias2, outputWidth, "H", nameof(bias2)),
            inputWidth,
            Enum.IsDefined(gelu) ? gelu : throw Throw.UnknownGelu(gelu, nameof(gelu)),
            kernels);
    }

    private MlpProjector(MlpLayers layers, int maxThreads, LowRankForm? lowRankForm, LowRankChoice? lowRank)
    {
        _layers = layers;
        LowRankForm = lowRankForm;
        LowRank = lowRank;
        MaxThreads = maxThreads;
    }

    /// <inheritdoc/>
    public int InputWidth => _layers.InputWidth;

    /// <summary>H1, the width between the two linear layers.</summary>
    public int HiddenWidth => _layers.Bias1.Length;

    /// <inheritdoc/>
    public int OutputWidth => _layers.Bias2.Length;

    /// <summary>W1, row-major [H1, D].</summary>
    public ReadOnlySpan<float> Weight1 => _layers.Weight1;

    /// <summary>b1, [H1].</summary>
    public ReadOnlySpan<float> Bias1 => _layers.Bias1;

    /// <summary>W2, row-major [H, H1].</summary>
    public ReadOnlySpan<float> Weight2 => _layers.Weight2;

    /// <summary>b2, [H].</summary>
    public ReadOnlySpan<float> Bias2 => _layers.Bias2;

    /// <summary>g, the activation between the two linear layers.</summary>
    public GeluKind Gelu => _layers.Gelu;

    /// <inheritdoc/>
    /// <remarks>Null until <see cref="ChooseRank"/> has given a projector with one.</remarks>
    public LowRankChoice? LowRank { get; }

    /// <inheritdoc/>
    public SensitivityMethod Cheapest => LowRank is { IsAccurate: true } && HiddenWidth >= ZooPrune.LowRankForm.LeastHiddenWidth
        ? SensitivityMethod.LowRankClosedForm
        : SensitivityMethod.ClosedForm;

    MlpProjector IClosedFormProjector.Weights => this;

    internal ITokenKernels Kernels => _layers.Kernels;

    /// <summary>The most threads of one call; 0 means one per processor.</summary>
    internal int MaxThreads { get; }

    /// <summary>The low-rank form that <see cref="LowRank"/> describes; null before <see cref="ChooseRank"/>.</summary>
    public LowRankForm? LowRankForm { get; }

    /// <summary>Q of the closed-form sensitivity S_i^2 = d_i^T Q d_i / D, d_i = g'(a_i): symmetric, row-major [H1, H1].</summary>
    /// <remarks>Computed when first asked for, and kept: about a second and 64 MB for H1 = 4096.</remarks>
    public ReadOnlySpan<float> GetQuadraticForm() => Form.Values;

    /// <summary>Q, computed when first asked for.</summary>
    internal QuadraticForm Form => _layers.Form(MaxThreads);

    /// <summary>
    /// The same projector with a low-rank form of the sensitivity, of the smallest rank that ranks these tokens as the exact form
    /// does (<see cref="LowRankChoice"/>).
    /// </summary>
    /// <remarks>
    /// Computes Q and lets it go: about a second for H1 = 4096. The same tokens give the same rank on one machine. The form fits
    /// tokens like these; pass those of a picture, or several, of the kind that will be pruned.
    /// </remarks>
    /// <param name="tokens">X, row-major [n, D], n at least 64; of more than 1,024, that many are taken, evenly spread.</param>
    /// <returns>A projector that shares the weights of this one.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, has too few rows, or holds NaN or infinity.
    /// </exception>
    public MlpProjector ChooseRank(ReadOnlySpan<float> tokens)
    {
        CheckWhole(tokens);
        int bad = FiniteCheck.FirstNotFinite(tokens);
        if (bad >= 0)
        {
            throw Throw.TokenNotFinite(bad / InputWidth, bad % InputWidth, tokens[bad], nameof(tokens));
        }

        (LowRankForm form, LowRankChoice choice) = LowRankFit.Choose(this, _layers.KnownForm(MaxThreads), tokens, MaxThreads);
        return new MlpProjector(_layers, MaxThreads, form, choice);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or <paramref name="projected"/> has another number of rows.
    /// </exception>
    public void Project(ReadOnlySpan<float> tokens, Span<float> projected) =>
        Run(tokens, projected, [], null);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or a result has another number of rows.
    /// </exception>
    public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity) =>
        Run(tokens, projected, sensitivity, Form);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="tokens"/> is no multiple of D, or a result has another number of rows.
    /// </exception>
    public void ProjectWithLowRankSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity) =>
        Run(tokens, projected, sensitivity, LowRankForm ?? throw Throw.NoLowRank(GetType()));

    /// <summary>
    /// The same projector on at most <paramref name="maxThreads"/> threads (0: one per processor); shares the weights and the forms.
    /// </summary>
    /// <param name="maxThreads">&gt;= 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxThreads"/> is negative.</exception>
    public MlpProjector WithThreads(int maxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        return new MlpProjector(_layers, maxThreads, LowRankForm, LowRank);
    }

    /// <summary>The low-rank sensitivity of tokens whose first layer was computed elsewhere.</summary>
    /// <param name="activations">a = W1 x + b1, row-major [N, H1]; overwritten.</param>
    /// <param name="sensitivity">Receives S, [N].</param>
    /// <exception cref="ArgumentException">The spans are not N x H1 and N long.</exception>
    /// <exception cref="InvalidOperationException">No rank was chosen.</exception>
    public unsafe void LowRankSensitivity(Span<float> activations, Span<float> sensitivity)
    {
        LowRankForm form = LowRankForm ?? throw Throw.NoLowRank(GetType());
        long needed = (long)sensitivity.Length * HiddenWidth;
        if (activations.Length != needed)
        {
            throw Throw.WrongLength("Activations", activations.Length, "N x H1", needed, nameof(activations));
        }

        fixed (float* activationStart = activations, sensitivityStart = sensitivity)
        {
            PinnedRows a = new(activationStart, HiddenWidth);
            PinnedRows s = new(sensitivityStart, 1);
            ParallelLoop.RunBlocks(
                sensitivity.Length, MaxThreads, (first, count) => _layers.Sensitivity(a.Rows(first, count), s.Rows(first, count), form));
        }
    }

    /// <summary>The first linear layer: a_i = W1 x_i + b1.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="activations">Receives a, [n, H1].</param>
    internal void ProjectHidden(ReadOnlySpan<float> tokens, Span<float> activations) =>
        _layers.ProjectHidden(tokens, activations);

    private unsafe void Run(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity, IQuadraticForm? form)
    {
        int tokenCount = CountRows(tokens, projected);
        if (form is not null && sensitivity.Length != tokenCount)
        {
            throw Throw.WrongLength("Sensitivity", sensitivity.Length, "N", tokenCount, nameof(sensitivity));
        }

        fixed (float* tokenStart = tokens, projectedStart = projected, sensitivityStart = sensitivity)
        {
            PinnedRows x = new(tokenStart, InputWidth);
            PinnedRows z = new(projectedStart, OutputWidth);
            PinnedRows s = new(sensitivityStart, form is null ? 0 : 1);
            ParallelLoop.RunBlocks(
                tokenCount,
                MaxThreads,
                (first, count) => _layers.Project(x.Rows(first, count), z.Rows(first, count), s.Rows(first, count), form));
        }
    }

    private int CountRows(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        CheckWhole(tokens);
        int count = tokens.Length / InputWidth;
        long needed = (long)count * OutputWidth;
        return projected.Length == needed
            ? count
            : throw Throw.WrongLength("Projected visual tokens", projected.Length, "N x H", needed, nameof(projected));
    }

    private void CheckWhole(ReadOnlySpan<float> tokens)
    {
        if (tokens.Length % InputWidth != 0)
        {
            throw Throw.NotWholeRows("Visual tokens", tokens.Length, InputWidth, nameof(tokens));
        }
    }

    private static void CheckWidth(int width, string parameter)
    {
        if (width < 1)
        {
            throw Throw.SizeBelowOne("MlpProjector", width, parameter);
        }
    }

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

/// <summary>Which of the functions called GELU stands between the two linear layers of a projector.</summary>
public enum GeluKind
{
    /// <summary>g(x) = x Phi(x), Phi the normal distribution: computed with erf (Hendrycks and Gimpel 2016).</summary>
    Exact,

    /// <summary>g(x) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2; differs from <see cref="Exact"/> by up to 0.0005.</summary>
    Tanh,

    /// <summary>g(x) = x / (1 + exp(-1.702 x)); differs from <see cref="Exact"/> by up to 0.02.</summary>
    Quick,
}
