namespace Microsoft.ML;

/// <summary>What can be saved.</summary>
public interface ICanSaveModel
{
    /// <summary>Saves it.</summary>
    void Save(ModelSaveContext ctx);
}
