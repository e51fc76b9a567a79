namespace Microsoft.ML.Data;

/// <summary>The columns that a row class stands for; made from the class, then changed at will.</summary>
public sealed partial class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    /// <summary>What the row class is for.</summary>
    [Flags]
    public enum Direction
    {
        /// <summary>Its members are read.</summary>
        Read = 1,

        /// <summary>Its members are written.</summary>
        Write = 2,

        /// <summary>Either.</summary>
        Both = Read | Write,
    }

    /// <summary>The first column of a name, or null.</summary>
    public Column this[string columnName]
    {
        get => Find(c => c.ColumnName == columnName);
        set
        {
            Throw.IfNull(value, nameof(value));
            Throw.IfOutOfRange(value.ColumnName != columnName, nameof(columnName), $"The column is called '{value.ColumnName}'.");
            int index = FindIndex(c => c.ColumnName == columnName);
            if (index < 0)
            {
                Add(value);
            }
            else
            {
                this[index] = value;
            }
        }
    }

    /// <summary>The columns of a row class as its members and their attributes say.</summary>
    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        Throw.IfNull(userType, nameof(userType));
        var definition = new SchemaDefinition();
        foreach (var member in RowMembers.Of(userType, direction))
        {
            string name = RowMembers.ColumnNameOf(member);
            Throw.IfOutOfRange(definition[name] is not null, nameof(userType), $"Several members of {userType} are called '{name}'.");
            definition.Add(new Column(member.Name, name, RowMembers.ColumnTypeOf(member)));
        }

        return definition;
    }

    /// <summary>The columns of a row class, with types and annotations as in a schema.</summary>
    internal static SchemaDefinition Create(Type userType, Direction direction, DataViewSchema schema)
    {
        var definition = Create(userType, direction);
        foreach (var known in schema)
        {
            var column = definition[known.Name];
            Throw.IfInvalid(column is null, $"{userType} has no member for column '{known.Name}'.");
            column.ColumnType = known.Type;
            column.Annotate(known.Annotations);
        }

        return definition;
    }
}
