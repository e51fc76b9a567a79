namespace Microsoft.ML.Data;

/// <summary>Which column type values of a .NET type have in a row class.</summary>
public static class DataViewTypeManager
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(Type Type, DataViewTypeAttribute Attribute), DataViewType> Known = [];
    private static readonly Dictionary<DataViewType, (Type Type, DataViewTypeAttribute Attribute)> Origins = [];

    /// <summary>Registers a column type for members of a .NET type with such attributes.</summary>
    [Obsolete("Use the form that takes one DataViewTypeAttribute.")]
    public static void Register(DataViewType dataViewType, Type type, IEnumerable<Attribute> typeAttributes)
    {
        var attributes = typeAttributes?.ToList() ?? [];
        Throw.IfOutOfRange(
            attributes.Count > 1 || attributes.Exists(a => a is not DataViewTypeAttribute), nameof(type), "It takes one type attribute.");
        Register(dataViewType, type, (DataViewTypeAttribute)attributes.SingleOrDefault());
    }

    /// <summary>Registers a column type for members of a .NET type with such an attribute.</summary>
    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        Throw.IfNull(dataViewType, "key");
        if (type is null)
        {
            // An accident of ML.NET's that callers may have come to rely on.
            throw new NullReferenceException("A column type is registered for a .NET type.");
        }

        Throw.IfOutOfRange(dataViewType.RawType != type, nameof(type), "It is not the raw type of the column type.");
        lock (Gate)
        {
            bool isKnown = Known.TryGetValue((type, typeAttribute), out var known);
            Throw.IfOutOfRange(isKnown && !known.Equals(dataViewType), nameof(type), "It is registered with another column type.");
            bool hasOrigin = Origins.TryGetValue(dataViewType, out var origin);
            Throw.IfOutOfRange(
                hasOrigin && !(origin.Type == type && Equals(origin.Attribute, typeAttribute)),
                nameof(dataViewType),
                "It is registered for another type.");
            Known[(type, typeAttribute)] = known ?? dataViewType;
            Origins[dataViewType] = (type, typeAttribute);
        }
    }

    /// <summary>Whether a column type is ML.NET's own or was registered.</summary>
    internal static bool Knows(DataViewType dataViewType)
    {
        if (dataViewType is PrimitiveDataViewType or VectorDataViewType)
        {
            return true;
        }

        lock (Gate)
        {
            return Origins.ContainsKey(dataViewType);
        }
    }

    /// <summary>The column type of a member, after its attribute has had the chance to register one; null if there is none.</summary>
    internal static DataViewType Find(Type type, DataViewTypeAttribute attribute)
    {
        attribute?.Register();
        lock (Gate)
        {
            return Known.GetValueOrDefault((type, attribute));
        }
    }
}
