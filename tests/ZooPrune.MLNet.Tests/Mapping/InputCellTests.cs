using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class InputCellTests
{
    private static readonly InputColumn Vector = InputColumn.Vector("A", NumberDataViewType.Single, "N", _ => true, "advice.");

    [Fact]
    public void Values_SparseVector_AreDense()
    {
        var rows = new Queue<VBuffer<float>>([new(5, 2, [7f, 9f], [1, 4]), new(2, [1f, 2f]), new(3, 1, [5f], [0])]);
        var cell = new VectorInput<float>(Vector, (ref VBuffer<float> value) => value = rows.Dequeue());

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
