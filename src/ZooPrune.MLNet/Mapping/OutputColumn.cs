using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>A column that a stage adds: its name and type. Immutable.</summary>
internal abstract class OutputColumn(string name, DataViewType type)
{
    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>The column's type.</summary>
    public DataViewType Type => type;

    /// <summary>A place for the values of this column in the current batch of one cursor.</summary>
    /// <param name="slots">Most rows of a batch.</param>
    public abstract OutputCell NewCell(int slots);

    /// <summary>The column as an estimator's output shape shows it.</summary>
    /// <param name="catalog">The catalog that makes the shape.</param>
    public abstract SchemaShape.Column ToShape(TransformsCatalog catalog);

    /// <summary>ML.NET has no public constructor of <see cref="SchemaShape.Column"/>; its CustomMapping makes one for a member of
    /// the column's type.</summary>
    protected SchemaShape.Column ToShape<TValue>(TransformsCatalog catalog)
    {
        var definition = SchemaDefinition.Create(typeof(Holder<TValue>), SchemaDefinition.Direction.Write);
        SchemaDefinition.Column column = definition[nameof(Holder<TValue>.Value)];
        column.ColumnName = Name;
        column.ColumnType = Type;
        return catalog.CustomMapping<Nothing, Holder<TValue>>((_, _) => { }, contractName: null!, null!, definition)
            .GetOutputSchema(new SchemaShape([]))
            .Single();
    }

    private sealed class Nothing;

    private sealed class Holder<TValue>
    {
        public TValue? Value { get; set; }
    }
}

/// <summary>A column of one value a row.</summary>
internal sealed class ScalarColumn<T>(string name, PrimitiveDataViewType type) : OutputColumn(name, type)
{
    public override OutputCell NewCell(int slots) => new ScalarOutput<T>(slots);

    public override SchemaShape.Column ToShape(TransformsCatalog catalog) => ToShape<T>(catalog);
}

/// <summary>A column of vectors; a row that cannot be computed holds zeros if the size is known, and nothing otherwise.</summary>
internal sealed class VectorColumn<T>(string name, VectorDataViewType type) : OutputColumn(name, type)
{
    public override OutputCell NewCell(int slots) => new VectorOutput<T>(slots, ((VectorDataViewType)Type).Size);

    public override SchemaShape.Column ToShape(TransformsCatalog catalog) => ToShape<VBuffer<T>>(catalog);
}
