using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Which members of a row class are columns, and of which type.</summary>
internal static class RowMembers
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;

    /// <summary>The members that are columns: fields first, then properties.</summary>
    public static IEnumerable<MemberInfo> Of(Type rowType, SchemaDefinition.Direction direction)
    {
        IEnumerable<MemberInfo> fields = rowType.GetFields(Public);
        IEnumerable<MemberInfo> properties = rowType.GetProperties(Public).Where(p =>
            p.GetIndexParameters().Length == 0
            && ((direction.HasFlag(SchemaDefinition.Direction.Read) && p.GetMethod is { IsPublic: true })
                || (direction.HasFlag(SchemaDefinition.Direction.Write) && p.SetMethod is { IsPublic: true })));
        return fields.Concat(properties).Where(m => m.GetCustomAttribute<NoColumnAttribute>() is null);
    }

    public static string ColumnNameOf(MemberInfo member) => NameOrMember(member.GetCustomAttribute<ColumnNameAttribute>()?.Name, member);

    /// <summary>A column without a name has the member's.</summary>
    public static string NameOrMember(string name, MemberInfo member) => string.IsNullOrEmpty(name) ? member.Name : name;

    public static Type TypeOf(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    /// <summary>The type of a column's values if the member is of that type; for vectors the type of the items.</summary>
    public static Type ItemTypeOf(Type memberType, out bool isVector)
    {
        isVector = memberType.IsArray || (memberType.IsGenericType && memberType.GetGenericTypeDefinition() == typeof(VBuffer<>));
        var item = !isVector ? memberType : memberType.IsArray ? memberType.GetElementType() : memberType.GetGenericArguments()[0];
        return item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item;
    }

    public static DataViewType ColumnTypeOf(MemberInfo member)
    {
        var itemType = ItemTypeOf(TypeOf(member), out bool isVector);
        var registered = DataViewTypeManager.Find(TypeOf(member), member.GetCustomAttribute<DataViewTypeAttribute>());
        if (registered is not null)
        {
            return registered;
        }

        var key = member.GetCustomAttribute<KeyTypeAttribute>();
        PrimitiveDataViewType type = key is null ? PrimitiveTypeOf(itemType) : KeyTypeOf(itemType, key);
        Throw.IfOutOfRange(type is null, "rawType", $"Member '{member.Name}' is of {TypeOf(member)}, for which there is no column type.");

        var size = member.GetCustomAttribute<VectorTypeAttribute>();
        Throw.IfOutOfRange(size is not null && !isVector, "userType", $"Member '{member.Name}' has a size but is no vector.");
        return !isVector ? type
            : size?.Dimensions is { Length: > 1 } dimensions ? new VectorDataViewType(type, dimensions)
            : new VectorDataViewType(type, size?.Dimensions?.FirstOrDefault() ?? 0);
    }

    private static KeyDataViewType KeyTypeOf(Type type, KeyTypeAttribute key)
    {
        Throw.IfOutOfRange(!KeyDataViewType.IsValidDataType(type), "userType", "Keys are unsigned integers.");
        return new KeyDataViewType(type, key.Count ?? throw new NotSupportedException("A key needs the number of keys."));
    }

    private static PrimitiveDataViewType PrimitiveTypeOf(Type type)
    {
        PrimitiveDataViewType[] others =
        [
            TextDataViewType.Instance, BooleanDataViewType.Instance, DateTimeDataViewType.Instance,
            DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance, RowIdDataViewType.Instance,
        ];
        return Array.Find([.. NumberDataViewType.All, .. others], t => t.RawType == type);
    }
}
