using System.Runtime.Intrinsics;

namespace ZooPrune;

/// <summary>Which kernel sets there are, which is best here, and how to force one.</summary>
internal static class TokenKernels
{
    /// <summary>The environment variable that forces a set: "reference", "simd" (the widest), "simd128", "simd256" or "simd512".</summary>
    public const string Variable = "ZOOPRUNE_KERNELS";

    private const string Widest = "simd";

    private static ITokenKernels? _default;

    /// <summary>The definition that every other set is checked against.</summary>
    public static ITokenKernels Reference { get; } = new ReferenceTokenKernels();

    /// <summary>The sets that this machine can run, the reference first, the fastest last.</summary>
    public static IReadOnlyList<ITokenKernels> Available { get; } = FindAvailable();

    /// <summary>The set that pruning uses: the one that <see cref="Variable"/> names, otherwise the fastest. Read once.</summary>
    /// <exception cref="ZooPruneException">The variable names no set that this machine can run.</exception>
    public static ITokenKernels Default => _default ??= Find(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The set of that name; the fastest for null or an empty name.</summary>
    /// <exception cref="ZooPruneException">This machine can run no set of that name.</exception>
    public static ITokenKernels Find(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Available[^1];
        }

        if (string.Equals(name, Widest, StringComparison.OrdinalIgnoreCase) && Available.Count > 1)
        {
            return Available[^1];
        }

        return Available.FirstOrDefault(set => string.Equals(set.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw Throw.UnknownKernels(name, Available.Select(set => set.Name));
    }

    private static List<ITokenKernels> FindAvailable()
    {
        List<ITokenKernels> sets = [Reference];
        AddIfSupported<Vector128<float>, Width128>(sets);
        AddIfSupported<Vector256<float>, Width256>(sets);
        AddIfSupported<Vector512<float>, Width512>(sets);
        return sets;
    }

    private static void AddIfSupported<TVector, TWidth>(List<ITokenKernels> sets)
        where TVector : struct
        where TWidth : struct, IVectorWidth<TVector>
    {
        if (TWidth.IsSupported)
        {
            sets.Add(new SimdTokenKernels<TVector, TWidth>());
        }
    }
}

/// <summary>
/// The few loops in which pruning spends its time. <see cref="ReferenceTokenKernels"/> says what each computes; every other set
/// must agree with it up to rounding.
/// </summary>
/// <remarks>
/// Stateless. Every value of a result depends only on the rows it is made of, not on how many rows a call has: cutting a call in
/// two, or handing the parts to several threads, gives the same bits. Results must not overlap the inputs unless said so.
/// </remarks>
internal interface ITokenKernels
{
    /// <summary>The name by which the set can be forced, in lower case.</summary>
    string Name { get; }

    /// <summary>How many rows this set packs into a strip (see <see cref="PackedView"/>): 1, or a multiple of 4.</summary>
    int StripRows { get; }

    /// <summary>Effectively computes product[i, j] += x_i . y_j, that is P += X Y^T.</summary>
    /// <param name="x">X, [rows, depth].</param>
    /// <param name="y">Y, [columns, depth].</param>
    /// <param name="product">P; row i starts at i * <paramref name="stride"/>; only [rows, columns] of it are touched.</param>
    /// <param name="stride">Distance between the starts of two rows of P.</param>
    /// <remarks>Packs both on the way: a matrix that many others are multiplied by is better packed once.</remarks>
    void AddProducts(in MatrixView x, in MatrixView y, Span<float> product, int stride);

    /// <summary>The same, to the bit, with a packed Y.</summary>
    void AddProducts(in MatrixView x, in PackedView y, Span<float> product, int stride);

    /// <summary>The same, to the bit, with both packed.</summary>
    void AddProducts(in PackedView x, in PackedView y, Span<float> product, int stride);

    /// <summary>Copies rows into strips.</summary>
    /// <param name="rows">[n, depth].</param>
    /// <param name="strips"><see cref="PackedView.Length"/> values.</param>
    void PackRows(in MatrixView rows, Span<float> strips);

    /// <summary>
    /// Effectively packs (row - offset) / ||row - offset||; zeros where that length is 0. Rows as long or as short as floats can be
    /// are no exception; NaN makes its row NaN, an infinite value becomes NaN and the others of its row 0.
    /// </summary>
    /// <param name="rows">[n, H].</param>
    /// <param name="offset">[H], or empty for no offset.</param>
    /// <param name="strips"><see cref="PackedView.Length"/> values.</param>
    void PackUnitRows(in MatrixView rows, ReadOnlySpan<float> offset, Span<float> strips);

    /// <summary>Effectively computes ||x - y||, the L2 norm. Empty rows give 0.</summary>
    float Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y);

    /// <summary>Effectively computes result = x + scale * y. <paramref name="result"/> may be <paramref name="x"/>.</summary>
    void AddScaled(ReadOnlySpan<float> x, float scale, ReadOnlySpan<float> y, Span<float> result);

    /// <summary>Effectively computes g(x), the GELU of that kind. <paramref name="result"/> may be <paramref name="x"/>.</summary>
    void Gelu(ReadOnlySpan<float> x, Span<float> result, GeluKind kind = GeluKind.Exact);

    /// <summary>Effectively computes g'(x). <paramref name="result"/> may be <paramref name="x"/>.</summary>
    void GeluDerivative(ReadOnlySpan<float> x, Span<float> result, GeluKind kind = GeluKind.Exact);

    /// <summary>Effectively computes [g(a + h v) - g(a - h v)] / (2 h), the central difference of the activation.</summary>
    void GeluDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> v, float h, Span<float> result, GeluKind kind = GeluKind.Exact);

    /// <summary>Effectively computes sum_k w_k x_k^2. Empty rows give 0.</summary>
    float WeightedSquares(ReadOnlySpan<float> x, ReadOnlySpan<float> w);

    /// <summary>
    /// One step of the greedy selection: effectively closest = max(closest, newest), then the lowest index of the largest
    /// weight * (1 - closest).
    /// </summary>
    /// <param name="weights">[N]; NaN for a token that is taken already. NaN never wins a comparison.</param>
    /// <param name="newest">[N]; the similarity of every token to the one picked last.</param>
    /// <param name="closest">[N]; the largest similarity to any picked token; updated.</param>
    /// <returns>The index, or -1 where every weight is NaN.</returns>
    int PickNext(ReadOnlySpan<float> weights, ReadOnlySpan<float> newest, Span<float> closest);
}
