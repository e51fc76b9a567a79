using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>Our estimator, transformer and mapper of a <see cref="DoublingStage"/>, with what ML.NET asks of them written down.</summary>
internal sealed class SpyStage(string name, string input, string output, List<string> calls) : IEstimator<ITransformer>
{
    private readonly DoublingStage _stage = new(input: input, output: output);

    public ITransformer Fit(IDataView view)
    {
        calls.Add($"{name}.Fit");
        return new SpyTransformer(name, new StageTransformer(_stage), calls);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        calls.Add($"{name}.GetOutputSchema(shape)");
        return new StageEstimator(Numbers.ML.Transforms, _stage).GetOutputSchema(inputSchema);
    }

    /// <summary>The transformer without Fit.</summary>
    public ITransformer Transformer() => new SpyTransformer(name, new StageTransformer(_stage), calls);

    private sealed class SpyTransformer(string name, StageTransformer inner, List<string> calls) : ITransformer, IDisposable
    {
        public bool IsRowToRowMapper
        {
            get
            {
                calls.Add($"{name}.IsRowToRowMapper");
                return inner.IsRowToRowMapper;
            }
        }

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
        {
            calls.Add($"{name}.GetOutputSchema");
            return inner.GetOutputSchema(inputSchema);
        }

        public IDataView Transform(IDataView input)
        {
            calls.Add($"{name}.Transform");
            return inner.Transform(input);
        }

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
        {
            calls.Add($"{name}.GetRowToRowMapper");
            return new SpyMapper(name, inner.GetRowToRowMapper(inputSchema), calls);
        }

        public void Save(ModelSaveContext ctx) => calls.Add($"{name}.Save");

        public void Dispose() => calls.Add($"{name}.Dispose");
    }

    private sealed class SpyMapper(string name, IRowToRowMapper inner, List<string> calls) : IRowToRowMapper
    {
        public DataViewSchema InputSchema => inner.InputSchema;

        public DataViewSchema OutputSchema => inner.OutputSchema;

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        {
            calls.Add($"{name}.GetDependencies");
            return inner.GetDependencies(dependingColumns);
        }

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        {
            bool isOwnSchema = ReferenceEquals(input.Schema, InputSchema);
            calls.Add($"{name}.GetRow at {input.Position}{(isOwnSchema ? "" : " of another schema")}");
            return inner.GetRow(input, activeColumns);
        }
    }
}
