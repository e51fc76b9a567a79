using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML;

/// <summary>What stages ask of the schemas they are given.</summary>
internal static class Requirements
{
    /// <summary>A column that has to be there and of a suitable type.</summary>
    public static DataViewSchema.Column Require(
        this DataViewSchema inputSchema, string name, Func<DataViewType, bool> suits, string expected)
    {
        var column = inputSchema.GetColumnOrNull(name) ?? throw Throw.SchemaMismatch(nameof(inputSchema), name, expected);
        return suits(column.Type) ? column : throw Throw.SchemaMismatch(nameof(inputSchema), name, expected, $"{column.Type}");
    }

    /// <summary>A column that has to be there and of a suitable kind.</summary>
    public static void Require(this SchemaShape inputSchema, SchemaShape.Column expected)
    {
        var column = inputSchema.Find(expected.Name)
            ?? throw Throw.SchemaMismatch(nameof(inputSchema), expected.Name, expected.Description);
        if (!column.Suits(expected))
        {
            throw Throw.SchemaMismatch(nameof(inputSchema), expected.Name, expected.Description, column.Description);
        }
    }

    /// <summary>A column that has to be there and to hold images.</summary>
    public static void RequireImage(this SchemaShape inputSchema, string name)
    {
        var column = inputSchema.Find(name) ?? throw Throw.SchemaMismatch(nameof(inputSchema), name, "Image");
        if (column.ItemType is not ImageDataViewType)
        {
            throw Throw.SchemaMismatch(nameof(inputSchema), name, "Image", column.Description);
        }
    }
}
