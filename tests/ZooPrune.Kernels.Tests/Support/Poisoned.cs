namespace ZooPrune.Tests;

/// <summary>Memory with a known pattern before and after it, so that a write outside is seen.</summary>
internal sealed class Poisoned
{
    private const int Margin = 64;
    private const float Poison = -12345.678f;

    private readonly float[] _memory;

    public Poisoned(int length)
    {
        _memory = new float[length + (2 * Margin)];
        Array.Fill(_memory, Poison);
        Length = length;
    }

    public int Length { get; }

    public Span<float> Span => _memory.AsSpan(Margin, Length);

    public void AssertUntouchedOutside()
    {
        Assert.All(_memory[..Margin], value => Assert.Equal(Poison, value));
        Assert.All(_memory[^Margin..], value => Assert.Equal(Poison, value));
    }
}
