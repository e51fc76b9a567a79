namespace Microsoft.ML.Runtime;

/// <summary>What ML.NET's parts share; an <see cref="MLContext"/> is one.</summary>
public interface IHostEnvironment
{
    /// <summary>What is known about loadable parts.</summary>
    ComponentCatalog ComponentCatalog { get; }
}
