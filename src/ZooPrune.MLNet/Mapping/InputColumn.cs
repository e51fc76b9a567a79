using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.MLNet;

/// <summary>A column that a stage reads: its name, what it has to be, and what to tell the user when it is not. Immutable.</summary>
internal sealed class InputColumn
{
    private readonly Func<DataViewType, bool> _acceptsItem;
    private readonly Func<int, bool>? _acceptsSize;
    private readonly bool _isVector;

    private InputColumn(
        string name,
        string expected,
        string advice,
        bool isVector,
        Func<DataViewType, bool> acceptsItem,
        Func<int, bool>? acceptsSize = null)
    {
        Name = name;
        Expected = expected;
        Advice = advice;
        SchemaAdvice = advice;
        _isVector = isVector;
        _acceptsItem = acceptsItem;
        _acceptsSize = acceptsSize;
    }

    /// <summary>The column's name in the input schema.</summary>
    public string Name { get; }

    /// <summary>What the column has to be, as the end of "Expected ...".</summary>
    public string Expected { get; }

    /// <summary>What the user should look at if a value is not like that.</summary>
    public string Advice { get; }

    /// <summary>What the column is called where there is none.</summary>
    public string Kind { get; private init; } = "column";

    /// <summary>What the user should look at if there is none, or one of another type.</summary>
    public string SchemaAdvice { get; private init; }

    /// <summary>Whether the stage does without the column if the input has none of this name.</summary>
    public bool IsOptional { get; private init; }

    private bool AcceptsBytes { get; init; }

    /// <summary>A text column.</summary>
    public static InputColumn Text(string name, string advice) =>
        new(name, "text", advice, isVector: false, type => type is TextDataViewType);

    /// <summary>A text column that earlier stages may have added.</summary>
    public static InputColumn OptionalText(string name, string advice) =>
        new(name, "text", advice, isVector: false, type => type is TextDataViewType) { IsOptional = true };

    /// <summary>A column of one number a row.</summary>
    public static InputColumn Scalar(string name, NumberDataViewType type, string advice) =>
        new(name, type.ToString(), advice, isVector: false, type.Equals);

    /// <summary>A vector column. Only a declared size can be refused here; rows are checked when they are read.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="itemType">Type of the items.</param>
    /// <param name="size">How many there have to be, in words.</param>
    /// <param name="acceptsSize">Whether a declared size will do.</param>
    /// <param name="advice">What to look at if the column is not like that.</param>
    public static InputColumn Vector(string name, NumberDataViewType itemType, string size, Func<int, bool> acceptsSize, string advice) =>
        new(name, $"a vector of {size} {itemType}", advice, isVector: true, itemType.Equals, acceptsSize);

    /// <summary>The notes of earlier stages.</summary>
    public static InputColumn Notes(string name) =>
        OptionalText(name, "give the notes of this pipeline another name with NoteColumnName.");

    /// <summary>The questions.</summary>
    public static InputColumn Question(string name) =>
        Text(name, "name the column with the questions in QuestionColumnName, and give every row a question.");

    /// <summary>An image column of any size, a text column of paths, or a column of the bytes of image files.</summary>
    public static InputColumn Image(string name) => new(
        name,
        "an image, the path of one, or the bytes of an image file",
        "check that the file is there and is a whole PNG, JPEG, WebP, GIF or BMP image.",
        isVector: false,
        type => type is ImageDataViewType or TextDataViewType,
        _ => true)
    {
        AcceptsBytes = true,
        Kind = "image column",
        SchemaAdvice = "name the column with the images in ImageColumnName.",
    };

    /// <summary>Whether a column of an estimator's input will do. Sizes are not known there.</summary>
    public bool Accepts(SchemaShape.Column column) =>
        !column.IsKey && Accepts(column.ItemType, column.Kind != SchemaShape.Column.VectorKind.Scalar);

    /// <summary>Whether a column of this type will do.</summary>
    public bool Accepts(DataViewType type) => type is VectorDataViewType vector
        ? Accepts(vector.ItemType, isVector: true) && (!vector.IsKnownSize || _acceptsSize!(vector.Size))
        : Accepts(type, isVector: false);

    private bool Accepts(DataViewType itemType, bool isVector) =>
        (isVector == _isVector && _acceptsItem(itemType)) || (isVector && AcceptsBytes && NumberDataViewType.Byte.Equals(itemType));
}

/// <summary>The value of an input column in the current row of one cursor. Not thread-safe.</summary>
internal abstract class InputCell(InputColumn column)
{
    /// <summary>The column this is the value of.</summary>
    public InputColumn Column => column;

    /// <summary>Takes the value of the current row from the input. Throws what the input's getter throws.</summary>
    public abstract void Pull();
}

/// <summary>A scalar value. The same variable is handed to the getter in every row, as ML.NET's contract wants it: a getter of images
/// disposes what it is handed.</summary>
internal sealed class ScalarInput<T>(InputColumn column, ValueGetter<T> getter) : InputCell(column)
{
    private T? _value;

    public T? Value => _value;

    public override void Pull() => getter(ref _value!);
}

/// <summary>A vector value, dense whatever the input delivers.</summary>
internal sealed class VectorInput<T>(InputColumn column, ValueGetter<VBuffer<T>> getter) : InputCell(column)
{
    private VBuffer<T> _value;
    private T[] _dense = [];

    /// <summary>All items. Valid until the next <see cref="Pull"/>.</summary>
    public ReadOnlySpan<T> Values => _value.IsDense ? _value.GetValues() : _dense.AsSpan(0, _value.Length);

    public override void Pull()
    {
        getter(ref _value);
        if (_value.IsDense)
        {
            return;
        }

        if (_dense.Length < _value.Length)
        {
            _dense = new T[_value.Length];
        }

        _value.CopyTo(_dense);
    }
}
