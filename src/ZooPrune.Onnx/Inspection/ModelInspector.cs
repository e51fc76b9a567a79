using ZooPrune.Onnx.Inspection;

namespace ZooPrune.Onnx;

/// <summary>Finds out what a model folder holds, what is missing, and what pruning would save. No weights are loaded.</summary>
public static class ModelInspector
{
    /// <summary>Looks into a folder. What is broken or missing becomes a problem of the report, and the rest is told all the
    /// same.</summary>
    /// <param name="folder">Model folder in the layout of the Hugging Face hub.</param>
    /// <param name="sizes">Width and height in pixels of pictures whose visual tokens are counted.</param>
    /// <param name="budgets">Budgets to compare; null for those that the method was published with for the model's family.</param>
    /// <param name="maxPixels">Most pixels of a resized picture, in models of any size; null for what the folder says.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or white space.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="sizes"/> is null.</exception>
    /// <exception cref="ZooPruneException">There is no such folder.</exception>
    public static ModelReport Inspect(
        string folder, IReadOnlyList<(int Width, int Height)> sizes, IReadOnlyList<KeepBudget>? budgets = null, long? maxPixels = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(sizes);
        return new FolderInspector(folder, sizes, budgets, maxPixels).Inspect();
    }
}
