namespace ZooPrune;

/// <summary>
/// Random bits by number instead of by turn: the n-th value of a stream is a hash of (seed, stream, n), so that any value can be had
/// at any time, on any thread, on any machine. Integer arithmetic of SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
public static class CounterHash
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>The start of a stream of its own for every (seed, stream).</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">Any number.</param>
    public static ulong Stream(int seed, int stream) => Mix(Mix((uint)seed + Increment) ^ (uint)stream);

    /// <summary>The bits at place <paramref name="index"/> of a stream.</summary>
    /// <param name="stream">From <see cref="Stream"/>.</param>
    /// <param name="index">Any number.</param>
    public static ulong Bits(ulong stream, int index) => Mix(stream + (Increment * ((ulong)(uint)index + 1)));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
