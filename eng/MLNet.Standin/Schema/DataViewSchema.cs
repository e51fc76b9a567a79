using System.Collections;

namespace Microsoft.ML;

/// <summary>The columns of a view. A name may occur several times: the last column of a name hides the others.</summary>
public sealed partial class DataViewSchema : IReadOnlyList<DataViewSchema.Column>
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, int> _indexByName;

    private DataViewSchema(IReadOnlyList<DetachedColumn> columns)
    {
        _indexByName = [];
        for (int i = 0; i < columns.Count; i++)
        {
            _indexByName[columns[i].Name] = i;
        }

        _columns = [.. columns.Select((c, i) => new Column(c.Name, i, _indexByName[c.Name] != i, c.Type, c.Annotations))];
    }

    /// <summary>The number of columns, hidden ones included.</summary>
    public int Count => _columns.Length;

    /// <summary>The visible column of a name.</summary>
    public Column this[string name]
    {
        get
        {
            Throw.IfNullOrEmpty(name, nameof(name));
            bool isKnown = _indexByName.TryGetValue(name, out int index);
            Throw.IfOutOfRange(!isKnown, nameof(name), $"Column '{name}' not found.");
            return _columns[index];
        }
    }

    /// <summary>The column at an index.</summary>
    public Column this[int columnIndex]
    {
        get
        {
            Throw.IfOutOfRange(columnIndex < 0 || columnIndex >= Count, nameof(columnIndex), $"The schema has {Count} columns.");
            return _columns[columnIndex];
        }
    }

    /// <summary>The visible column of a name, or null.</summary>
    public Column? GetColumnOrNull(string name)
    {
        Throw.IfNullOrEmpty(name, nameof(name));
        return _indexByName.TryGetValue(name, out int index) ? _columns[index] : null;
    }

    /// <summary>The columns in order.</summary>
    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The number of columns.</summary>
    public override string ToString() => $"{Count} columns";
}
