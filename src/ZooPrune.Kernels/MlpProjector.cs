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
    private readonly SharedSensitivityForm _form;
    private readonly LowRankForm? _lowRankForm;
    private readonly int _maxThreads;

    /// <summary>Creates the projector from its weights; the activation is the exact (erf) GELU.</summary>
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
        : this(weight1, bias1, weight2, bias2, inputWidth, hiddenWidth, outputWidth, GeluKind.Exact)
    {
    }

    /// <summary>Creates the projector from its weights and the kind of its activation.</summary>
    /// <param name="weight1">W1, row-major [H1, D].</param>
    /// <param name="bias1">b1, [H1].</param>
    /// <param name="weight2">W2, row-major [H, H1].</param>
    /// <param name="bias2">b2, [H].</param>
    /// <param name="inputWidth">D; at least 1.</param>
    /// <param name="hiddenWidth">H1; at least 1.</param>
    /// <param name="outputWidth">H; at least 1.</param>
    /// <param name="gelu">g.</param>
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
        GeluKind gelu)
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
        InputWidth = Positive(inputWidth, nameof(inputWidth));
        HiddenWidth = Positive(hiddenWidth, nameof(hiddenWidth));
        OutputWidth = Positive(outputWidth, nameof(outputWidth));
        _layers = new MlpLayers(
            Checked(weight1, (long)hiddenWidth * inputWidth, "H1 x D", nameof(weight1)),
            Checked(bias1, hiddenWidth, "H1", nameof(bias1)),
            Checked(weight2, (long)outputWidth * hiddenWidth, "H x H1", nameof(weight2)),
            Checked(bias2, outputWidth, "H", nameof(bias2)),
            inputWidth,
            Enum.IsDefined(gelu) ? gelu : throw Throw.UnknownGelu(gelu, nameof(gelu)),
            kernels);
        _form = new SharedSensitivityForm();
    }

    private MlpProjector(MlpProjector other, int maxThreads, LowRankForm? lowRankForm, LowRankChoice? lowRank)
    {
        InputWidth = other.InputWidth;
        HiddenWidth = other.HiddenWidth;
        OutputWidth = other.OutputWidth;
        _layers = other._layers;
        _form = other._form;
        _lowRankForm = lowRankForm;
        LowRank = lowRank;
        _maxThreads = maxThreads;
    }

    /// <inheritdoc/>
    public int InputWidth { get; }

    /// <summary>H1, the width between the two linear layers.</summary>
    public int HiddenWidth { get; }

    /// <inheritdoc/>
    public int OutputWidth { get; }

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
    public SensitivityMethod Cheapest => LowRank is { IsAccurate: true } && HiddenWidth >= LowRankForm.LeastHiddenWidth
        ? SensitivityMethod.LowRankClosedForm
        : SensitivityMethod.ClosedForm;

    MlpProjector IClosedFormProjector.Weights => this;

    internal ITokenKernels Kernels => _layers.Kernels;

    /// <summary>The most threads of one call; 0 means one per processor.</summary>
    internal int MaxThreads => _maxThreads;

    /// <summary>Q, computed when first asked for.</summary>
    internal SensitivityForm Form => _form.Of(this, _maxThreads);

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
    /// <exception cref="ArgumentException"><paramref name="tokens"/> is no multiple of D, has too few rows, or holds NaN or infinity.</exception>
    public MlpProjector ChooseRank(ReadOnlySpan<float> tokens)
    {
        if (tokens.Length % InputWidth != 0)
        {
            throw Throw.NotWholeRows("Visual tokens", tokens.Length, InputWidth, nameof(tokens));
        }

        int bad = FiniteCheck.FirstNotFinite(tokens);
        if (bad >= 0)
        {
            throw Throw.TokenNotFinite(bad / InputWidth, bad % InputWidth, tokens[bad], nameof(tokens));
        }

        SensitivityForm exact = _form.Known ?? SensitivityForm.Of(this, _maxThreads);
        (LowRankForm form, LowRankChoice choice) = LowRankFit.Choose(this, exact, tokens, _maxThreads);
        return new MlpProjector(this, _maxThreads, form, choice);
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
        Run(tokens, projected, sensitivity, _lowRankForm ?? throw Throw.NoLowRank(GetType()));

    /// <summary>
    /// The same projector on at most <paramref name="maxThreads"/> threads (0: one per processor); shares the weights and the forms.
    /// </summary>
    internal MlpProjector WithThreads(int maxThreads) => new(this, maxThreads, _lowRankForm, LowRank);

    /// <summary>The low-rank sensitivity of tokens whose first layer was computed elsewhere.</summary>
    /// <param name="activations">a = W1 x + b1, row-major [N, H1]; overwritten.</param>
    /// <param name="sensitivity">Receives S, [N].</param>
    internal unsafe void LowRankSensitivity(Span<float> activations, Span<float> sensitivity)
    {
        LowRankForm form = _lowRankForm ?? throw Throw.NoLowRank(GetType());
        fixed (float* activationStart = activations, sensitivityStart = sensitivity)
        {
            TokenLoop.Run(
                sensitivity.Length,
                _maxThreads,
                new SensitivityBody(_layers, new PinnedRows(activationStart, HiddenWidth), new PinnedRows(sensitivityStart, 1), form));
        }
    }

    /// <summary>The first linear layer: a_i = W1 x_i + b1.</summary>
    /// <param name="tokens">[n, D].</param>
    /// <param name="activations">Receives a, [n, H1].</param>
    internal void ProjectHidden(ReadOnlySpan<float> tokens, Span<float> activations) =>
        _layers.ProjectHidden(tokens, activations);

    private unsafe void Run(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity, ISensitivityForm? form)
    {
        int count = CountRows(tokens, projected);
        if (form is not null && sensitivity.Length != count)
        {
            throw Throw.WrongLength("Sensitivity", sensitivity.Length, "N", count, nameof(sensitivity));
        }

        fixed (float* tokenStart = tokens, projectedStart = projected, sensitivityStart = sensitivity)
        {
            TokenLoop.Run(
                count,
                _maxThreads,
                new ProjectionBody(
                    _layers,
                    new PinnedRows(tokenStart, InputWidth),
                    new PinnedRows(projectedStart, OutputWidth),
                    new PinnedRows(sensitivityStart, form is null ? 0 : 1),
                    form));
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

    private readonly struct ProjectionBody(MlpLayers layers, PinnedRows x, PinnedRows z, PinnedRows s, ISensitivityForm? form) : ITokenBody
    {
        public void Run(int first, int count) => layers.Project(x.Rows(first, count), z.Rows(first, count), s.Rows(first, count), form);
    }

    private readonly struct SensitivityBody(MlpLayers layers, PinnedRows a, PinnedRows s, ISensitivityForm form) : ITokenBody
    {
        public void Run(int first, int count) => layers.Sensitivity(a.Rows(first, count), s.Rows(first, count), form);
    }
}
