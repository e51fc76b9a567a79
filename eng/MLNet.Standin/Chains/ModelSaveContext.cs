namespace Microsoft.ML;

/// <summary>Where a model is saved to. The stand-in saves none, so there is never an instance.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private ModelSaveContext()
    {
    }

    /// <summary>Releases what it holds.</summary>
    public void Dispose()
    {
    }
}
