using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Fills the members of a target object from those of a source object.</summary>
public sealed class CustomMappingTransformer<TSrc, TDst> : ITransformer
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly Action<TSrc, TDst> _map;
    private readonly SchemaDefinition _source;

    internal CustomMappingTransformer(Action<TSrc, TDst> map, SchemaDefinition source, SchemaDefinition target)
    {
        _map = map;
        _source = source;
        TargetColumns = RowColumn.Of(typeof(TDst), SchemaDefinition.Direction.Write, target);
    }

    bool ITransformer.IsRowToRowMapper => true;

    internal IReadOnlyList<RowColumn> SourceColumns => RowColumn.Of(typeof(TSrc), SchemaDefinition.Direction.Write, _source);

    internal IReadOnlyList<RowColumn> TargetColumns { get; }

    /// <summary>The schema of what comes out.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        return Bind(inputSchema).OutputSchema;
    }

    /// <summary>The view of what comes out.</summary>
    public IDataView Transform(IDataView input)
    {
        Throw.IfNull(input, nameof(input));
        return new MappedView(input, Bind(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        return Bind(inputSchema);
    }

    /// <summary>As in ML.NET for a mapping without a contract name.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx) => throw new InvalidOperationException("The stand-in for ML.NET saves no functions.");

    private RowMapper Bind(DataViewSchema inputSchema) =>
        new(inputSchema, new Mapping(_map, new RowReader<TSrc>(inputSchema, ignoreMissingColumns: false, _source), TargetColumns));

    private sealed class Mapping(Action<TSrc, TDst> map, RowReader<TSrc> reader, IReadOnlyList<RowColumn> targets) : IAddedColumns
    {
        public IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; } = [.. targets.Select(c => c.Detached)];

        public IEnumerable<int> InputsOf(ColumnSet wanted) => wanted.Count > 0 ? reader.Sources.Select(c => c.Index) : [];

        /// <summary>One source and one target object serve all rows; the action runs once per row, when a value is asked for.</summary>
        public IAddedValues Open(DataViewRow input, ColumnSet wanted)
        {
            if (wanted.Count == 0)
            {
                return new AddedValues([]);
            }

            var source = new TSrc();
            var target = new TDst();
            var fill = reader.Open(input);
            long mapped = -1;
            TDst Current()
            {
                Throw.IfInvalid(input.Position < 0, "There is no row.");
                if (input.Position != mapped)
                {
                    fill(source);
                    map(source, target);
                    mapped = input.Position;
                }

                return target;
            }

            return new AddedValues([.. targets.Select((c, i) => wanted.Contains(i) ? MemberGetters.Create(c, Current) : null)]);
        }
    }
}
