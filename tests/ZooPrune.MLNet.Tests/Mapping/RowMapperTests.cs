using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class RowMapperTests
{
    private static readonly ZooPruneException Bad = new("Number: it is 2. Expected another; choose one.");

    [Fact]
    public void Report_StageThrows_ClearsTheRowAndGoesOn()
    {
        var stage = new DoublingStage { ThrowAt = (2, Bad) };

        Doubled[] rows = Numbers.Read(Numbers.Transform(stage, Numbers.View(4)));

        Assert.Equal([0f, 2f, 0f, 6f], rows.Select(row => row.Y));
        Assert.Equal([0f, 0f, 0f], rows[2].YFixed);
        Assert.Empty(rows[2].YFree);
        Assert.Equal([string.Empty, string.Empty, Bad.Message, string.Empty], rows.Select(row => row.Error));
        Assert.Equal(4, stage.Computed);
    }

    [Fact]
    public void Report_ExceptionOfALibrary_IsPutIntoASentence()
    {
        var stage = new DoublingStage { ThrowAt = (1, new FormatException("No number\nat all")) };

        Doubled[] rows = Numbers.Read(Numbers.Transform(stage, Numbers.View(2)));

        Assert.Equal(
            "Doubling: row 1 failed with FormatException: No number at all. Expected a row like the others; look at its image and "
                + "question, and report the message if they are in order.",
            rows[1].Error);
    }

    [Fact]
    public void Throw_StageThrows_IsAnInvalidOperationAndOtherRowsCanStillBeRead()
    {
        IDataView view = Numbers.Transform(new DoublingStage(RowErrors.Throw) { ThrowAt = (1, Bad) }, Numbers.View(3));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema["Y"]);
        float value = 0;
        cursor.MoveNext();
        getter(ref value);
        cursor.MoveNext();

        var first = Assert.Throws<InvalidOperationException>(() => getter(ref value));
        var again = Assert.Throws<InvalidOperationException>(() => getter(ref value));
        cursor.MoveNext();
        getter(ref value);

        Assert.Equal((Bad.Message, Bad.Message), (first.Message, again.Message));
        Assert.Same(Bad, first.InnerException);
        Assert.Equal(4f, value);
    }

    [Fact]
    public void Report_InputsGetterThrows_IsReportedWithTheColumn()
    {
        var source = new JournalView(Numbers.View(1)) { Failing = ("X", new FileNotFoundException("Could not find 'a.png'")) };

        Doubled[] rows = Numbers.Read(Numbers.Transform(new DoublingStage(), source));

        Assert.Equal(
            "Doubling: column 'X' cannot be read in row 0: Could not find 'a.png'. Expected Single; name the column with the numbers.",
            rows[0].Error);
    }

    [Fact]
    public void Throw_InputsGetterThrows_TravelsAsItIs()
    {
        var cause = new FileNotFoundException("Could not find 'a.png'");
        var source = new JournalView(Numbers.View(1)) { Failing = ("X", cause) };

        Assert.Same(
            cause, Assert.Throws<FileNotFoundException>(() => Numbers.Read(Numbers.Transform(new DoublingStage(RowErrors.Throw), source))));
    }

    [Fact]
    public void Report_EarlierStageFailed_SkipsTheRowAndKeepsTheMessage()
    {
        var first = new DoublingStage { ThrowAt = (1, Bad) };
        var second = new DoublingStage(input: "Y", output: "Z");

        IDataView view = Numbers.Transform(second, Numbers.Transform(first, Numbers.View(3)));

        Assert.Equal([0f, 0f, 8f], Numbers.Column<float>(view, "Z"));
        Assert.Equal([string.Empty, Bad.Message, string.Empty], Numbers.Read(view).Select(row => row.Error));
        Assert.Equal(2 * 2, second.Computed);
    }

    [Fact]
    public void Throw_EarlierStageFailed_Throws()
    {
        IDataView first = Numbers.Transform(new DoublingStage { ThrowAt = (1, Bad) }, Numbers.View(3));
        IDataView second = Numbers.Transform(new DoublingStage(RowErrors.Throw, output: "Z"), first);

        var exception = Assert.Throws<InvalidOperationException>(() => Numbers.Column<float>(second, "Z"));

        Assert.Equal(Bad.Message, exception.Message);
    }

    [Theory]
    [InlineData(RowErrors.Report)]
    [InlineData(RowErrors.Throw)]
    public void Read_ModelDisposedTooEarly_ThrowsInEitherMode(RowErrors errors)
    {
        var stage = new DoublingStage(errors) { ThrowAt = (0, new ObjectDisposedException("model")) };

        Assert.Throws<ObjectDisposedException>(() => Numbers.Read(Numbers.Transform(stage, Numbers.View(1))));
    }

    [Theory]
    [InlineData(RowErrors.Report)]
    [InlineData(RowErrors.Throw)]
    public void Read_NativeLibraryMissing_ThrowsAsItIsInEitherMode(RowErrors errors)
    {
        var missing = new ZooPruneException("ONNX Runtime: it is missing.", new DllNotFoundException("onnxruntime"));
        var stage = new DoublingStage(errors) { ThrowAt = (0, missing) };

        Assert.Same(missing, Assert.Throws<ZooPruneException>(() => Numbers.Read(Numbers.Transform(stage, Numbers.View(1)))));
    }

    [Fact]
    public void Report_OtherErrorColumnName_IsUsed()
    {
        var stage = new DoublingStage(errorColumnName: "Problem") { ThrowAt = (0, Bad) };

        IDataView view = Numbers.Transform(stage, Numbers.View(1));

        Assert.Equal(Bad.Message, Numbers.Column<ReadOnlyMemory<char>>(view, "Problem")[0].ToString());
        Assert.Null(view.Schema.GetColumnOrNull("Error"));
    }

    [Fact]
    public void Getter_ConsumerChangesItsVector_TheStageKeepsItsOwn()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(2));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(view.Schema["YFixed"]);
        VBuffer<float> mine = default;
        VBuffer<float> again = default;
        cursor.MoveNext();
        cursor.MoveNext();

        getter(ref mine);
        VBufferEditor.CreateFromBuffer(ref mine).Values.Fill(-7);
        getter(ref again);

        Assert.Equal([1f, 1f, 1f], again.DenseValues());
    }
}
