using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>Stages that are functions.</summary>
public static class CustomMappingCatalog
{
    /// <summary>A stage that fills the members of a target object from those of a source object. The contract name is for saving.</summary>
    public static CustomMappingEstimator<TSrc, TDst> CustomMapping<TSrc, TDst>(
        this TransformsCatalog catalog,
        Action<TSrc, TDst> mapAction,
        string contractName,
        SchemaDefinition inputSchemaDefinition = null,
        SchemaDefinition outputSchemaDefinition = null)
        where TSrc : class, new()
        where TDst : class, new()
    {
        Throw.IfNull(catalog, nameof(catalog));
        Throw.IfNull(mapAction, nameof(mapAction));
        _ = contractName;
        return new(new CustomMappingTransformer<TSrc, TDst>(mapAction, inputSchemaDefinition, outputSchemaDefinition));
    }
}
