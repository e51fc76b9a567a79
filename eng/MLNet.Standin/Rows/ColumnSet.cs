namespace Microsoft.ML.Data;

/// <summary>Some columns of a schema, by index.</summary>
internal sealed class ColumnSet
{
    private readonly bool[] _members;

    public ColumnSet(int count, IEnumerable<int> members)
    {
        _members = new bool[count];
        foreach (int index in members)
        {
            _members[index] = true;
        }
    }

    public int Count => _members.Count(m => m);

    public IEnumerable<int> Members => Enumerable.Range(0, _members.Length).Where(Contains);

    /// <summary>The columns that were asked for; they may come from another schema with as many columns.</summary>
    public static ColumnSet Of(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        Throw.IfNull(columnsNeeded, nameof(columnsNeeded));
        var indices = columnsNeeded.Select(c => c.Index).ToList();
        Throw.IfInvalid(indices.Exists(i => i >= schema.Count), "A column that is asked for is not in the schema.");
        return new ColumnSet(schema.Count, indices);
    }

    public bool Contains(int index) => index < _members.Length && _members[index];
}
