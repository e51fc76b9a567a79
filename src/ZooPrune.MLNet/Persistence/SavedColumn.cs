using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.MLNet;

/// <summary>A column of the input schema as it is written. Immutable.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">"Image", or the type of a value: "Text", "Single", "Int32" and so on.</param>
/// <param name="Keys">If not null, the values are keys, of so many.</param>
/// <param name="Dimensions">If not null, the column is a vector; 0 is an unknown dimension. Height and width of an image.</param>
internal sealed record SavedColumn(string Name, string Type, ulong? Keys, IReadOnlyList<int>? Dimensions)
{
    private const string Image = "Image";

    private static readonly Dictionary<string, PrimitiveDataViewType> Types = new(StringComparer.Ordinal)
    {
        ["Text"] = TextDataViewType.Instance,
        ["Boolean"] = BooleanDataViewType.Instance,
        ["TimeSpan"] = TimeSpanDataViewType.Instance,
        ["DateTime"] = DateTimeDataViewType.Instance,
        ["DateTimeOffset"] = DateTimeOffsetDataViewType.Instance,
        ["RowId"] = RowIdDataViewType.Instance,
        ["SByte"] = NumberDataViewType.SByte,
        ["Byte"] = NumberDataViewType.Byte,
        ["Int16"] = NumberDataViewType.Int16,
        ["UInt16"] = NumberDataViewType.UInt16,
        ["Int32"] = NumberDataViewType.Int32,
        ["UInt32"] = NumberDataViewType.UInt32,
        ["Int64"] = NumberDataViewType.Int64,
        ["UInt64"] = NumberDataViewType.UInt64,
        ["Single"] = NumberDataViewType.Single,
        ["Double"] = NumberDataViewType.Double,
    };

    /// <summary>Describes the visible columns of a schema. Annotations are left out.</summary>
    /// <exception cref="ArgumentException">A column has a type that another package made.</exception>
    public static IReadOnlyList<SavedColumn> Describe(DataViewSchema schema) =>
        [.. schema.Where(column => !column.IsHidden).Select(column => Describe(column.Name, column.Type))];

    /// <summary>The schema of described columns.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="file">The saved file, for messages.</param>
    /// <exception cref="ZooPruneException">A description makes no sense.</exception>
    public static DataViewSchema ToSchema(IEnumerable<SavedColumn> columns, string file)
    {
        var builder = new DataViewSchema.Builder();
        foreach (SavedColumn column in columns)
        {
            if (column.Name.Length == 0)
            {
                throw Throw.BrokenSave(file, "a column of the schema has no name");
            }

            builder.AddColumn(column.Name, column.ToType(file));
        }

        return builder.ToSchema();
    }

    private static SavedColumn Describe(string name, DataViewType type) => type switch
    {
        ImageDataViewType image => new SavedColumn(name, Image, Keys: null, image.Height == 0 ? null : [image.Height, image.Width]),
        VectorDataViewType vector => Describe(name, vector.ItemType) with { Dimensions = [.. vector.Dimensions] },
        KeyDataViewType key => new SavedColumn(name, key.RawType.Name, key.Count, Dimensions: null),
        _ when Types.FirstOrDefault(known => known.Value.Equals(type)).Key is { } known =>
            new SavedColumn(name, known, Keys: null, Dimensions: null),
        _ => throw Throw.ColumnCannotBeSaved(name, type.ToString()!),
    };

    private DataViewType ToType(string file)
    {
        try
        {
            if (Type == Image)
            {
                return Dimensions is null ? new ImageDataViewType() : new ImageDataViewType(Dimensions[0], Dimensions[1]);
            }

            PrimitiveDataViewType item = Keys is { } count ? new KeyDataViewType(Types[Type].RawType, count) : Types[Type];
            return Dimensions is null ? item : new VectorDataViewType(item, Dimensions.ToArray());
        }
        catch (Exception exception)
            when (exception is ArgumentException or KeyNotFoundException or OverflowException or InvalidOperationException)
        {
            throw Throw.BrokenSave(
                file,
                $"column '{Throw.Shorten(Name)}' of the schema has the type '{Throw.Shorten(Type)}', which makes no sense",
                exception);
        }
    }
}
