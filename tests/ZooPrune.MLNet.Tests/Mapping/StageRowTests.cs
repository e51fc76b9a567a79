using Microsoft.ML;

namespace ZooPrune.MLNet.Tests;

public class StageRowTests
{
    private static readonly IDataView View = Numbers.Transform(new DoublingStage(), Numbers.View(2));

    [Fact]
    public void GetGetter_InactiveColumn_Throws()
    {
        using DataViewRowCursor cursor = View.GetRowCursor([View.Schema["X"]]);

        var exception = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(View.Schema["Y"]));

        Assert.Equal(
            "Doubling: column 'Y' is not active. Expected a column that was asked for; name it when the cursor or row is created.",
            exception.Message);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(View.Schema["Text"]));
    }

    [Fact]
    public void GetGetter_AnotherType_Throws()
    {
        using DataViewRowCursor cursor = View.GetRowCursor(View.Schema);

        var exception = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(View.Schema["Y"]));

        Assert.Equal(
            "Doubling: column 'Y' was asked for as Double. Expected its raw type, Single; call GetGetter with that type.",
            exception.Message);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float[]>(View.Schema["YFixed"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(View.Schema["X"]));
    }

    [Fact]
    public void GetGetter_ColumnBeyondTheSchema_Throws()
    {
        DataViewSchema wide = Numbers.Transform(new DoublingStage(output: "Z"), View).Schema;
        using DataViewRowCursor cursor = View.GetRowCursor(View.Schema);
        DataViewSchema.Column beyond = wide[View.Schema.Count + 1];

        var exception = Assert.Throws<ArgumentOutOfRangeException>("column", () => cursor.GetGetter<float>(beyond));

        Assert.Equal(
            "Doubling: column 'Z' has the index 7 and the output has 6 columns. Expected a column of the view's own Schema; look "
                + "it up there by name. (Parameter 'column')",
            exception.Message);
        Assert.Throws<ArgumentOutOfRangeException>("column", () => cursor.IsColumnActive(beyond));
        Assert.Throws<InvalidOperationException>(() => View.GetRowCursor([beyond]));
        Assert.Throws<InvalidOperationException>(() => View.GetRowCursorSet([beyond], 2));
    }

    [Fact]
    public void GetGetter_ColumnOfTheInputsSchema_StandsForTheSameIndex()
    {
        DataViewSchema input = Numbers.View(1).Schema;
        using DataViewRowCursor cursor = View.GetRowCursor([input["X"]]);
        ValueGetter<float> getter = cursor.GetGetter<float>(input["X"]);
        float value = -1;

        cursor.MoveNext();
        getter(ref value);

        Assert.Equal(0f, value);
        Assert.True(cursor.IsColumnActive(View.Schema["X"]));
    }

    [Fact]
    public void IsColumnActive_EveryColumn_IsWhatWasAskedFor()
    {
        using DataViewRowCursor cursor = View.GetRowCursor([View.Schema["Text"], View.Schema["YFree"]]);

        Assert.Equal(["Text", "YFree"], View.Schema.Where(cursor.IsColumnActive).Select(column => column.Name));
    }

    [Fact]
    public void Getter_OffTheRows_Throws()
    {
        using DataViewRowCursor cursor = View.GetRowCursor(View.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(View.Schema["Y"]);
        float value = 0;

        var before = Assert.Throws<InvalidOperationException>(() => getter(ref value));
        while (cursor.MoveNext())
        {
            getter(ref value);
        }

        var after = Assert.Throws<InvalidOperationException>(() => getter(ref value));

        Assert.All([before, after], exception => Assert.Equal(
            "Doubling: a value was asked for before the first row or after the last. Expected a current row; call MoveNext first, "
                + "and stop when it returns false.",
            exception.Message));
    }
}
