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

/// <summary>The values of an output column in the current batch of one cursor, a slot for each row. Not thread-safe.</summary>
internal abstract class OutputCell
{
    /// <summary>A getter of the current row's value.</summary>
    /// <param name="currentSlot">Sees to it that the current row is computed, and says which slot it has.</param>
    /// <returns>A <see cref="ValueGetter{TValue}"/> of the column's raw type.</returns>
    public abstract Delegate NewGetter(Func<int> currentSlot);

    /// <summary>Sets the value of a row that cannot be computed.</summary>
    public abstract void Clear(int slot);
}

/// <summary>Scalar values.</summary>
internal sealed class ScalarOutput<T>(int slots) : OutputCell
{
    private readonly T[] _values = new T[slots];

    /// <summary>Sets the value of a row.</summary>
    public void Set(int slot, T value) => _values[slot] = value;

    public override Delegate NewGetter(Func<int> currentSlot)
    {
        ValueGetter<T> getter = (ref T value) => value = _values[currentSlot()];
        return getter;
    }

    public override void Clear(int slot) => _values[slot] = default!;
}

/// <summary>Vector values. Consumers get copies: they may keep or change what they are handed.</summary>
internal sealed class VectorOutput<T>(int slots, int declaredSize) : OutputCell
{
    private readonly T[][] _buffers = [.. Enumerable.Repeat<T[]>([], slots)];
    private readonly ReadOnlyMemory<T>[] _values = new ReadOnlyMemory<T>[slots];

    /// <summary>Copies the values of a row.</summary>
    public void Set(int slot, ReadOnlySpan<T> values) => values.CopyTo(Resize(slot, values.Length));

    /// <summary>Takes the values of a row over; nobody changes them from here.</summary>
    public void Keep(int slot, ReadOnlyMemory<T> values) => _values[slot] = values;

    public override Delegate NewGetter(Func<int> currentSlot)
    {
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) =>
        {
            ReadOnlySpan<T> values = _values[currentSlot()].Span;
            VBufferEditor<T> editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        };
        return getter;
    }

    /// <inheritdoc/>
    /// <remarks>A vector of a declared size keeps it: ML.NET's own stages rely on it.</remarks>
    public override void Clear(int slot) => Resize(slot, declaredSize).Clear();

    private Span<T> Resize(int slot, int length)
    {
        if (_buffers[slot].Length < length)
        {
            _buffers[slot] = new T[length];
        }

        _values[slot] = _buffers[slot].AsMemory(0, length);
        return _buffers[slot].AsSpan(0, length);
    }
}
