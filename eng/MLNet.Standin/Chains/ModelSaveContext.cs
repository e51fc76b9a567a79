namespace Microsoft.ML;

/// <summary>Where a stage is saved to. Third parties can do nothing with it but pass it on.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly BinaryWriter _writer;

    internal ModelSaveContext(BinaryWriter writer) => _writer = writer;

    /// <summary>Whether a stage has said what it is.</summary>
    internal bool IsWritten { get; private set; }

    /// <summary>Releases what it holds.</summary>
    public void Dispose()
    {
    }

    /// <summary>Starts what a stage writes with the name by which it is read again.</summary>
    internal BinaryWriter Begin(string name)
    {
        IsWritten = true;
        _writer.Write(name);
        return _writer;
    }
}
