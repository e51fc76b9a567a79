namespace ZooPrune.Contract;

public sealed class Tokens(float[] values) : IDisposable
{
    public float[] Values => values;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}
