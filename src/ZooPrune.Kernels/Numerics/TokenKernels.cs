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
