namespace Microsoft.ML.Transforms;

/// <summary>Gives the function of a saved stage. The stand-in saves none, but classes that do may be compiled against it.</summary>
public abstract class CustomMappingFactory<TSrc, TDst>
    where TSrc : class, new()
    where TDst : class, new()
{
    /// <summary>A factory.</summary>
    protected CustomMappingFactory()
    {
    }

    /// <summary>The function.</summary>
    public abstract Action<TSrc, TDst> GetMapping();
}
