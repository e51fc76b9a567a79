using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Sends single objects through a transformer. For one thread at a time.</summary>
public abstract class PredictionEngineBase<TSrc, TDst> : IDisposable
    where TSrc : class
    where TDst : class, new()
{
    private readonly ITransformer _owned;
    private readonly ExampleRow<TSrc> _input;
    private readonly Action<TDst> _fill;
    private bool _isDisposed;

    private protected PredictionEngineBase(ITransformer transformer, PredictionEngineOptions options)
    {
        Throw.IfNull(transformer, nameof(transformer));
        Throw.IfOutOfRange(!transformer.IsRowToRowMapper, nameof(transformer), "The transformer does not map row to row.");
        _owned = options.OwnsTransformer ? transformer : null;
        _input = new ExampleRow<TSrc>(options.InputSchemaDefinition);
        var mapper = transformer.GetRowToRowMapper(_input.Schema);
        var output = mapper.GetRow(_input, mapper.OutputSchema);
        _fill = new RowReader<TDst>(mapper.OutputSchema, options.IgnoreMissingColumns, options.OutputSchemaDefinition).Open(output);
        OutputSchema = transformer.GetOutputSchema(_input.Schema);
    }

    /// <summary>The schema of what comes out.</summary>
    public DataViewSchema OutputSchema { get; }

    /// <summary>Disposes the transformer, if the engine owns it.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            (_owned as IDisposable)?.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>What comes out for an object, as a new object.</summary>
    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    /// <summary>What comes out for an object, in an object that there is already (or not yet).</summary>
    public abstract void Predict(TSrc example, ref TDst prediction);

    private protected void Run(TSrc example, ref TDst prediction)
    {
        Throw.IfNull(example, nameof(example));
        _input.Show(example);
        prediction ??= new TDst();
        _fill(prediction);
    }
}
