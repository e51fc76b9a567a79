namespace Microsoft.ML.Data;

/// <summary>Fills objects of a row class from rows of a schema.</summary>
internal sealed class RowReader<TRow>
    where TRow : class
{
    private readonly IReadOnlyList<(RowColumn Target, DataViewSchema.Column Source)> _columns;

    public RowReader(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        var columns = new List<(RowColumn Target, DataViewSchema.Column Source)>();
        foreach (var target in RowColumn.Of(typeof(TRow), SchemaDefinition.Direction.Write, definition))
        {
            var source = schema.GetColumnOrNull(target.Name);
            Throw.IfOutOfRange(
                source is null && !ignoreMissingColumns, "Schema", $"Column '{target.Name}' that {typeof(TRow)} asks for is missing.");
            if (source is { } column)
            {
                Throw.IfInvalid(
                    !target.Fits(column.Type), $"Column '{target.Name}' is of {column.Type}, which a {target.MemberType} cannot hold.");
                columns.Add((target, column));
            }
        }

        _columns = columns;
    }

    public IEnumerable<DataViewSchema.Column> Sources => _columns.Select(c => c.Source);

    /// <summary>An action that fills an object from wherever the row stands at that time.</summary>
    public Action<TRow> Open(DataViewRow row)
    {
        var setters = _columns.Select(c => MemberSetters.Create<TRow>(c.Target, row, c.Source)).ToArray();
        return target =>
        {
            foreach (var set in setters)
            {
                set(target);
            }
        };
    }
}
