using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Prediction engines; saving and loading.</summary>
public sealed class ModelOperationsCatalog
{
    private readonly MLContext _context;

    internal ModelOperationsCatalog(MLContext context) => _context = context;

    /// <summary>Saves a stage or a chain. The stream stays open.</summary>
    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        Throw.IfNull(model, nameof(model));
        Throw.IfNull(stream, nameof(stream));
        SavedTransformer.Save(model, stream);
        if (inputSchema is not null)
        {
            throw new NotSupportedException("The stand-in for ML.NET saves no schemas.");
        }
    }

    /// <summary>Saves a stage or a chain to a file.</summary>
    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        Throw.IfNull(model, nameof(model));
        using var stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    /// <summary>Loads what was saved. The stream stays open.</summary>
    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        Throw.IfNull(stream, nameof(stream));
        inputSchema = null;
        return SavedTransformer.Load(_context, stream);
    }

    /// <summary>An engine that owns the transformer.</summary>
    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(
        ITransformer transformer,
        bool ignoreMissingColumns = true,
        SchemaDefinition inputSchemaDefinition = null,
        SchemaDefinition outputSchemaDefinition = null)
        where TSrc : class
        where TDst : class, new() =>
        new(transformer, new PredictionEngineOptions
        {
            IgnoreMissingColumns = ignoreMissingColumns,
            InputSchemaDefinition = inputSchemaDefinition,
            OutputSchemaDefinition = outputSchemaDefinition,
        });

    /// <summary>An engine whose input class has types and annotations as in a schema.</summary>
    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, DataViewSchema inputSchema)
        where TSrc : class
        where TDst : class, new()
    {
        return CreatePredictionEngine<TSrc, TDst>(
            transformer, ignoreMissingColumns: false, SchemaDefinition.Create(typeof(TSrc), SchemaDefinition.Direction.Read, inputSchema));
    }

    /// <summary>An engine with options.</summary>
    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, PredictionEngineOptions options)
        where TSrc : class
        where TDst : class, new()
    {
        return new(transformer, options);
    }
}
