namespace ZooPrune.Onnx.Engine;

/// <summary>A list that disposes what it holds.</summary>
internal sealed class DisposableList<T> : List<T>, IDisposable
    where T : IDisposable
{
    public void Dispose()
    {
        foreach (T item in this)
        {
            item.Dispose();
        }

        Clear();
    }
}
