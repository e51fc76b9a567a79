namespace Microsoft.ML.Runtime;

/// <summary>What is known about loadable parts. The stand-in loads none.</summary>
public sealed class ComponentCatalog
{
    internal ComponentCatalog()
    {
    }
}
