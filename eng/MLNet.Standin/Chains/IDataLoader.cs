namespace Microsoft.ML;

/// <summary>Makes views of something.</summary>
public interface IDataLoader<in TSource> : ICanSaveModel
{
    /// <summary>A view of a source.</summary>
    IDataView Load(TSource input);

    /// <summary>The schema of the views.</summary>
    DataViewSchema GetOutputSchema();
}
