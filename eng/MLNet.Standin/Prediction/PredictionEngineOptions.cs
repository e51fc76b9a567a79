using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Options of a prediction engine.</summary>
public sealed class PredictionEngineOptions
{
    /// <summary>Whether members of the output class without a column keep their value; otherwise they are an error.</summary>
    public bool IgnoreMissingColumns = true;

    /// <summary>The columns of the input class, if they differ from what it says itself.</summary>
    public SchemaDefinition InputSchemaDefinition;

    /// <summary>The columns of the output class, if they differ from what it says itself.</summary>
    public SchemaDefinition OutputSchemaDefinition;

    /// <summary>Whether the transformer is disposed with the engine.</summary>
    public bool OwnsTransformer = true;
}
