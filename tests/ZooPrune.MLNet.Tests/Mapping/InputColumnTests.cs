using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.MLNet.Tests;

public class InputColumnTests
{
    public static TheoryData<string, DataViewType, bool> Cases => new()
    {
        { "text", TextDataViewType.Instance, true },
        { "text", NumberDataViewType.Single, false },
        { "text", new VectorDataViewType(TextDataViewType.Instance), false },
        { "scalar", NumberDataViewType.Int32, true },
        { "scalar", NumberDataViewType.Int64, false },
        { "scalar", new KeyDataViewType(typeof(uint), 3), false },
        { "vector", new VectorDataViewType(NumberDataViewType.Single), true },
        { "vector", new VectorDataViewType(NumberDataViewType.Single, 6), true },
        { "vector", new VectorDataViewType(NumberDataViewType.Single, 1, 2, 3), true },
        { "vector", new VectorDataViewType(NumberDataViewType.Single, 7), false },
        { "vector", new VectorDataViewType(NumberDataViewType.Double, 6), false },
        { "vector", NumberDataViewType.Single, false },
        { "image", new ImageDataViewType(), true },
        { "image", new ImageDataViewType(4, 5), true },
        { "image", TextDataViewType.Instance, true },
        { "image", new VectorDataViewType(NumberDataViewType.Byte), true },
        { "image", new VectorDataViewType(NumberDataViewType.Byte, 100), true },
        { "image", NumberDataViewType.Byte, false },
        { "image", new VectorDataViewType(TextDataViewType.Instance), false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Accepts_Type_AsDeclared(string kind, DataViewType type, bool accepted)
    {
        InputColumn column = kind switch
        {
            "text" => InputColumn.Text("A", "advice."),
            "scalar" => InputColumn.Scalar("A", NumberDataViewType.Int32, "advice."),
            "vector" => InputColumn.Vector("A", NumberDataViewType.Single, "6", size => size == 6, "advice."),
            _ => InputColumn.Image("A"),
        };

        Assert.Equal(accepted, column.Accepts(type));
    }

    [Fact]
    public void Expected_OfEachKind_ReadsAsTheEndOfASentence()
    {
        Assert.Equal("text", InputColumn.Text("A", "advice.").Expected);
        Assert.Equal("Int32", InputColumn.Scalar("A", NumberDataViewType.Int32, "advice.").Expected);
        Assert.Equal(
            "a vector of 4 x 3 Single", InputColumn.Vector("A", NumberDataViewType.Single, "4 x 3", _ => true, "advice.").Expected);
        Assert.Equal("an image, the path of one, or the bytes of an image file", InputColumn.Image("A").Expected);
    }

    [Fact]
    public void Values_SparseVector_AreDense()
    {
        var rows = new Queue<VBuffer<float>>([new(5, 2, [7f, 9f], [1, 4]), new(2, [1f, 2f]), new(3, 1, [5f], [0])]);
        var cell = new VectorInput<float>(
            InputColumn.Vector("A", NumberDataViewType.Single, "N", _ => true, "advice."),
            (ref VBuffer<float> value) => value = rows.Dequeue());

        cell.Pull();
        Assert.Equal([0f, 7f, 0f, 0f, 9f], cell.Values.ToArray());
        cell.Pull();
        Assert.Equal([1f, 2f], cell.Values.ToArray());
        cell.Pull();
        Assert.Equal([5f, 0f, 0f], cell.Values.ToArray());
    }

    [Fact]
    public void Pull_ScalarOfDisposables_HandsTheEarlierValueToTheGetter()
    {
        var seen = new List<string?>();
        var cell = new ScalarInput<string>(InputColumn.Text("A", "advice."), (ref string value) =>
        {
            seen.Add(value);
            value = $"value {seen.Count}";
        });

        cell.Pull();
        cell.Pull();

        Assert.Equal([null, "value 1"], seen);
        Assert.Equal("value 2", cell.Value);
    }
}
