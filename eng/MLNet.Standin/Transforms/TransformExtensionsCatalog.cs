using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>Stages that rearrange columns.</summary>
public static class TransformExtensionsCatalog
{
    /// <summary>A stage that adds a column which is another one under a new name.</summary>
    public static ColumnCopyingEstimator CopyColumns(this TransformsCatalog catalog, string outputColumnName, string inputColumnName)
    {
        Throw.IfNull(catalog, nameof(catalog));
        Throw.IfNoName(outputColumnName, "columns");
        Throw.IfNoName(inputColumnName, "columns");
        return new ColumnCopyingEstimator(outputColumnName, inputColumnName);
    }
}
