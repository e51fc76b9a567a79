using System.Collections;

namespace Microsoft.ML;

/// <summary>What is known of a schema before there is data: names and kinds of the visible columns.</summary>
public sealed partial class SchemaShape : IReadOnlyList<SchemaShape.Column>
{
    private static readonly SchemaShape Empty = new([]);

    private readonly Column[] _columns;

    /// <summary>A shape of the given columns.</summary>
    public SchemaShape(IEnumerable<Column> columns)
    {
        Throw.IfNull(columns, nameof(columns));
        _columns = [.. columns];
        Throw.IfOutOfRange(Array.Exists(_columns, c => c.Name is null), nameof(columns), "A column has no name.");
    }

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Length;

    /// <summary>The column at an index.</summary>
    public Column this[int index] => _columns[index];

    /// <summary>The columns in order.</summary>
    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shape of a schema.</summary>
    internal static SchemaShape Of(DataViewSchema schema) =>
        new(schema.Where(c => !c.IsHidden).Select(c => Column.Of(c.Name, c.Type, c.Annotations)));

    /// <summary>The shape of a schema with its hidden columns, as annotations have it.</summary>
    private static SchemaShape AllOf(DataViewSchema schema) => new(schema.Select(c => Column.Of(c.Name, c.Type, c.Annotations)));

    internal Column? Find(string name)
    {
        foreach (var column in _columns)
        {
            if (column.Name == name)
            {
                return column;
            }
        }

        return null;
    }

    /// <summary>This shape with further columns, each in the place of the one whose name it has.</summary>
    internal SchemaShape With(params IEnumerable<Column> added)
    {
        var columns = _columns.ToDictionary(c => c.Name);
        foreach (var column in added)
        {
            columns[column.Name] = column;
        }

        return new SchemaShape(columns.Values);
    }
}
