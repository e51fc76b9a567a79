using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>A member of a row class and the column it stands for.</summary>
internal sealed class RowColumn
{
    private readonly MemberInfo _member;

    private RowColumn(MemberInfo member, SchemaDefinition.Column definition)
    {
        _member = member;
        Name = RowMembers.NameOrMember(definition.ColumnName, member);
        Type = definition.ColumnType ?? RowMembers.ColumnTypeOf(member);
        Annotations = definition.Annotations;
    }

    public string Name { get; }

    public DataViewType Type { get; }

    public DataViewSchema.Annotations Annotations { get; }

    public Type MemberType => RowMembers.TypeOf(_member);

    public DataViewSchema.DetachedColumn Detached => new(Name, Type, Annotations);

    /// <summary>The columns of a row class, as the definition says or else as the class does.</summary>
    public static IReadOnlyList<RowColumn> Of(Type rowType, SchemaDefinition.Direction direction, SchemaDefinition definition)
    {
        var columns = new List<RowColumn>();
        foreach (var column in definition ?? SchemaDefinition.Create(rowType, direction))
        {
            MemberInfo member = rowType.GetField(column.MemberName) ?? (MemberInfo)rowType.GetProperty(column.MemberName);
            Throw.IfOutOfRange(member is null, "userSchemaDefinition", $"{rowType} has no member '{column.MemberName}'.");
            var resolved = new RowColumn(member, column);
            Throw.IfOutOfRange(
                !resolved.Fits(resolved.Type), "userSchemaDefinition", $"Member '{member.Name}' does not fit column type {resolved.Type}.");
            columns.Add(resolved);
        }

        return columns;
    }

    /// <summary>Whether values of a column can be held by the member. Sizes and parameters of types are not compared.</summary>
    public bool Fits(DataViewType type)
    {
        var itemType = RowMembers.ItemTypeOf(MemberType, out bool isVector);
        var vector = type as VectorDataViewType;
        return isVector == (vector is not null) && itemType == (vector?.ItemType.RawType ?? type.RawType);
    }

    public Func<TRow, TMember> Reader<TRow, TMember>()
    {
        var row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, TMember>>(Expression.MakeMemberAccess(row, _member), row).Compile();
    }

    public Action<TRow, TMember> Writer<TRow, TMember>()
    {
        if (_member is FieldInfo { IsInitOnly: true } field)
        {
            return (row, value) => field.SetValue(row, value);
        }

        var row = Expression.Parameter(typeof(TRow));
        var value = Expression.Parameter(typeof(TMember));
        var assignment = Expression.Assign(Expression.MakeMemberAccess(row, _member), value);
        return Expression.Lambda<Action<TRow, TMember>>(assignment, row, value).Compile();
    }
}
