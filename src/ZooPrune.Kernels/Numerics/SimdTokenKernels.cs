using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZooPrune;

/// <summary>
/// The loops of <see cref="ReferenceTokenKernels"/> in registers of one width, with float accumulators. Each loop is written once;
/// <typeparamref name="TWidth"/> supplies the operations.
/// </summary>
/// <remarks>Nothing here looks at an address: where memory happens to lie never changes a bit of a result.</remarks>
internal sealed class SimdTokenKernels<TVector, TWidth> : ITokenKernels
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    public string Name => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"simd{TWidth.Count * 32}");

    /// <summary>A function of two vectors and a scalar, value by value.</summary>
    private interface IMap
    {
        static abstract TVector Apply(TVector x, TVector y, TVector scalar);
    }

    public int StripRows => TWidth.Count;

    public void AddProducts(in MatrixView x, in MatrixView y, Span<float> product, int stride) =>
        SimdProducts<TVector, TWidth>.Add(x, y, product, stride);

    public void AddProducts(in MatrixView x, in PackedView y, Span<float> product, int stride) =>
        SimdProducts<TVector, TWidth>.Add(x, y, product, stride);

    public void AddProducts(in PackedView x, in PackedView y, Span<float> product, int stride) =>
        SimdProducts<TVector, TWidth>.Add(x, y, product, stride);

    public void PackRows(in MatrixView rows, Span<float> strips) => Interleave.Rows(rows, TWidth.Count, strips);

    public void PackUnitRows(in MatrixView rows, ReadOnlySpan<float> offset, Span<float> strips) =>
        SimdUnitRows<TVector, TWidth>.Pack(rows, offset, strips);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref readonly float left = ref MemoryMarshal.GetReference(x);
        ref readonly float right = ref MemoryMarshal.GetReference(y);
        int vectorized = x.Length - (x.Length % TWidth.Count);
        TVector squares = TWidth.Zero;
        for (int i = 0; i < vectorized; i += TWidth.Count)
        {
            TVector difference = TWidth.Subtract(TWidth.Load(in left, (nuint)i), TWidth.Load(in right, (nuint)i));
            squares = TWidth.MultiplyAdd(difference, difference, squares);
        }

        float sum = TWidth.Sum(squares);
        for (int i = vectorized; i < x.Length; i++)
        {
            float difference = x[i] - y[i];
            sum += difference * difference;
        }

        return MathF.Sqrt(sum);
    }

    public void AddScaled(ReadOnlySpan<float> x, float scale, ReadOnlySpan<float> y, Span<float> result) =>
        Map<ScaledSum>(x, y, scale, result);

    public void Gelu(ReadOnlySpan<float> x, Span<float> result, GeluKind kind) =>
        MapGelu<GeluValue, SigmoidValue<CubicExponent<TVector, TWidth>>, SigmoidValue<LinearExponent<TVector, TWidth>>>(
            kind, x, x, 0, result);

    public void GeluDerivative(ReadOnlySpan<float> x, Span<float> result, GeluKind kind) =>
        MapGelu<GeluSlope, SigmoidSlope<CubicExponent<TVector, TWidth>>, SigmoidSlope<LinearExponent<TVector, TWidth>>>(
            kind, x, x, 0, result);

    public void GeluDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> v, float h, Span<float> result, GeluKind kind) =>
        MapGelu<
            CentralDifference<GeluValue>,
            CentralDifference<SigmoidValue<CubicExponent<TVector, TWidth>>>,
            CentralDifference<SigmoidValue<LinearExponent<TVector, TWidth>>>>(kind, a, v, h, result);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float WeightedSquares(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        ref readonly float values = ref MemoryMarshal.GetReference(x);
        ref readonly float weights = ref MemoryMarshal.GetReference(w);
        int vectorized = x.Length - (x.Length % TWidth.Count);
        TVector squares = TWidth.Zero;
        for (int i = 0; i < vectorized; i += TWidth.Count)
        {
            TVector value = TWidth.Load(in values, (nuint)i);
            squares = TWidth.MultiplyAdd(TWidth.Multiply(value, value), TWidth.Load(in weights, (nuint)i), squares);
        }

        float sum = TWidth.Sum(squares);
        for (int i = vectorized; i < x.Length; i++)
        {
            sum += x[i] * x[i] * w[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int PickNext(ReadOnlySpan<float> weights, ReadOnlySpan<float> newest, Span<float> closest)
    {
        // Every lane keeps its own best and where it was; strictly better replaces, so a lane holds its lowest index.
        Vector<float> bestScores = new(float.NegativeInfinity);
        Vector<int> bestIndices = new(-1);
        Vector<int> indices = Vector.CreateSequence(0, 1);
        int vectorized = weights.Length - (weights.Length % Vector<float>.Count);
        for (int i = 0; i < vectorized; i += Vector<float>.Count)
        {
            Vector<float> near = Vector.Max(new Vector<float>(closest[i..]), new Vector<float>(newest[i..]));
            near.CopyTo(closest[i..]);
            Vector<float> scores = new Vector<float>(weights[i..]) * (Vector<float>.One - near);
            Vector<int> better = Vector.GreaterThan(scores, bestScores);
            bestScores = Vector.ConditionalSelect(better, scores, bestScores);
            bestIndices = Vector.ConditionalSelect(better, indices, bestIndices);
            indices += new Vector<int>(Vector<int>.Count);
        }

        int best = -1;
        float bestScore = float.NegativeInfinity;
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            bool tiesLower = bestScores[lane] == bestScore && (uint)bestIndices[lane] < (uint)best;
            if (bestScores[lane] > bestScore || tiesLower)
            {
                best = bestIndices[lane];
                bestScore = bestScores[lane];
            }
        }

        for (int i = vectorized; i < weights.Length; i++)
        {
            closest[i] = MathF.Max(closest[i], newest[i]);
            float score = weights[i] * (1 - closest[i]);
            if (score > bestScore)
            {
                best = i;
                bestScore = score;
            }
        }

        return best;
    }

    private static void MapGelu<TExact, TTanh, TQuick>(
        GeluKind kind, ReadOnlySpan<float> x, ReadOnlySpan<float> y, float scalar, Span<float> result)
        where TExact : struct, IMap
        where TTanh : struct, IMap
        where TQuick : struct, IMap
    {
        switch (kind)
        {
            case GeluKind.Tanh:
                Map<TTanh>(x, y, scalar, result);
                break;
            case GeluKind.Quick:
                Map<TQuick>(x, y, scalar, result);
                break;
            default:
                Map<TExact>(x, y, scalar, result);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TMap>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float scalar, Span<float> result)
        where TMap : struct, IMap
    {
        ref readonly float left = ref MemoryMarshal.GetReference(x);
        ref readonly float right = ref MemoryMarshal.GetReference(y);
        ref float target = ref MemoryMarshal.GetReference(result);
        TVector scalars = TWidth.Create(scalar);
        int vectorized = x.Length - (x.Length % TWidth.Count);
        for (int i = 0; i < vectorized; i += TWidth.Count)
        {
            TVector value = TMap.Apply(TWidth.Load(in left, (nuint)i), TWidth.Load(in right, (nuint)i), scalars);
            TWidth.Store(value, ref target, (nuint)i);
        }

        if (vectorized < x.Length)
        {
            // What is left goes through a padded register, so that a value never depends on where in the row it stands.
            Span<float> padded = stackalloc float[3 * TWidth.Count];
            padded.Clear();
            x[vectorized..].CopyTo(padded);
            y[vectorized..].CopyTo(padded[TWidth.Count..]);
            ref float pad = ref MemoryMarshal.GetReference(padded);
            TVector value = TMap.Apply(TWidth.Load(in pad, 0), TWidth.Load(in pad, (nuint)TWidth.Count), scalars);
            TWidth.Store(value, ref pad, (nuint)(2 * TWidth.Count));
            padded.Slice(2 * TWidth.Count, x.Length - vectorized).CopyTo(result[vectorized..]);
        }
    }

    private readonly struct ScaledSum : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x, TVector y, TVector scalar) => TWidth.MultiplyAdd(scalar, y, x);
    }

    private readonly struct GeluValue : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x, TVector y, TVector scalar) => SimdGelu<TVector, TWidth>.Value(x);
    }

    private readonly struct GeluSlope : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x, TVector y, TVector scalar) => SimdGelu<TVector, TWidth>.Derivative(x);
    }

    private readonly struct SigmoidValue<TExponent> : IMap
        where TExponent : struct, IExponent<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x, TVector y, TVector scalar) => SimdSigmoidGelu<TVector, TWidth, TExponent>.Value(x);
    }

    private readonly struct SigmoidSlope<TExponent> : IMap
        where TExponent : struct, IExponent<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x, TVector y, TVector scalar) => SimdSigmoidGelu<TVector, TWidth, TExponent>.Derivative(x);
    }

    private readonly struct CentralDifference<TValue> : IMap
        where TValue : struct, IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply(TVector x, TVector y, TVector scalar)
        {
            TVector step = TWidth.Multiply(scalar, y);
            TVector above = TValue.Apply(TWidth.Add(x, step), y, scalar);
            TVector below = TValue.Apply(TWidth.Subtract(x, step), y, scalar);
            return TWidth.Divide(TWidth.Subtract(above, below), TWidth.Add(scalar, scalar));
        }
    }
}
