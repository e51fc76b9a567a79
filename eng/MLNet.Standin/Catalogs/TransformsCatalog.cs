namespace Microsoft.ML;

/// <summary>Stages; extension methods offer them.</summary>
public sealed class TransformsCatalog
{
    internal TransformsCatalog(MLContext context) => Context = context;

    internal MLContext Context { get; }
}
