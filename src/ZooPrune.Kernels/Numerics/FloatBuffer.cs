using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZooPrune;

/// <summary>
/// Memory for floats that its owner keeps and uses again: it grows when more is asked for, never shrinks, starts on a cache line and
/// stays in place, so that loops on several threads may hold a pointer into it.
/// </summary>
/// <remarks>Usable by one call at a time. What was in it is lost when it grows.</remarks>
internal sealed class FloatBuffer
{
    private const int CacheLine = 64;

    private float[] _memory = [];
    private int _start;

    /// <summary><paramref name="length"/> floats; whatever was there before, or anything at all.</summary>
    /// <exception cref="ArgumentException">More than an array can hold.</exception>
    public Span<float> Floats(long length)
    {
        if (length > _memory.Length - _start)
        {
            Grow(length);
        }

        return _memory.AsSpan(_start, (int)length);
    }

    /// <summary>The same where there is room already: for the bodies of loops, of which several might grow it at a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is not.</exception>
    public Span<float> Existing(long length) => _memory.AsSpan(_start, (int)length);

    private unsafe void Grow(long length)
    {
        const int Slack = CacheLine / sizeof(float);
        if (length > Array.MaxLength - Slack)
        {
            throw Throw.SizeTooLarge("Working memory", length, "tokens");
        }

        _memory = GC.AllocateUninitializedArray<float>((int)length + Slack, pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _start = (int)((CacheLine - (address % CacheLine)) % CacheLine / sizeof(float));
    }
}
