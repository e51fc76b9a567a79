using System.Runtime.Intrinsics;

namespace ZooPrune;

/// <summary>The vector operations that the SIMD loops need, so that each loop is written once for every register width.</summary>
/// <typeparam name="TVector">
/// The register: <see cref="Vector128{T}"/>, <see cref="Vector256{T}"/> or <see cref="Vector512{T}"/> of float.
/// </typeparam>
internal interface IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Whether the machine has registers of this width.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Whether there are thirty-two registers of this width wherever there are any; otherwise there may be sixteen.</summary>
    static abstract bool HasManyRegisters { get; }

    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Create(float value);

    /// <summary>The register full of values that starts <paramref name="offset"/> floats after <paramref name="source"/>.</summary>
    static abstract TVector Load(ref readonly float source, nuint offset);

    static abstract void Store(TVector value, ref float destination, nuint offset);

    static abstract TVector Add(TVector x, TVector y);

    static abstract TVector Subtract(TVector x, TVector y);

    static abstract TVector Multiply(TVector x, TVector y);

    static abstract TVector Divide(TVector x, TVector y);

    /// <summary>x * y + z, rounded once where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector x, TVector y, TVector z);

    static abstract TVector Max(TVector x, TVector y);

    static abstract TVector Abs(TVector x);

    static abstract TVector Exp(TVector x);

    /// <summary><paramref name="negative"/> where x is below 0, otherwise <paramref name="other"/>.</summary>
    static abstract TVector SelectBySign(TVector x, TVector negative, TVector other);

    /// <summary>The sum of all floats of the register, always in the same order.</summary>
    static abstract float Sum(TVector x);
}
