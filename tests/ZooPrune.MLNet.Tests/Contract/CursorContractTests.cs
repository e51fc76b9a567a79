using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>What ML.NET asks of the view of a stage like ours, and what it does with the cursors that it gets. Our stages compute only what
/// is pulled, and read ahead only where that changes nothing, because of this.</summary>
public class CursorContractTests
{
    private static readonly MLContext ML = Numbers.ML;

    [Fact]
    public void CreateEnumerable_RowType_AsksForItsColumnsOnlyAndNotBeforeTheFirstRow()
    {
        var view = new JournalView(Numbers.View(3));

        IEnumerable<OnlyX> rows = ML.Data.CreateEnumerable<OnlyX>(view, reuseRowObject: false);
        Assert.Empty(view.Calls);

        Assert.Equal(0f, rows.First().X);
        Assert.Equal(["cursor(X)", "pull X 0", "dispose"], view.Calls);
    }

    [Theory]
    [InlineData("X", "X")]
    [InlineData("Text", "Text")]
    [InlineData("Copy", "X")]
    [InlineData("CopyOfCopy", "X")]
    public void RowStagesBehindOurs_AnyColumn_AskForASetOfSeveralWithTheColumnsNeeded(string wanted, string needed)
    {
        var source = new JournalView(Numbers.View(3));
        IDataView view = CopyTwice(source);
        Assert.Empty(source.Calls);

        view.GetRowCursor([view.Schema[wanted]]).Dispose();

        string asked = source.Calls[0];
        Assert.Matches($@"^set of \d+\({needed}\)$", asked);
        Assert.NotEqual($"set of 1({needed})", asked);
    }

    [Fact]
    public void RowStagesBehindOurs_ImageAmongTheWantedColumns_AskForOneCursor()
    {
        var source = new JournalView(ML.Data.LoadFromEnumerable([new ImageAndX()]));
        IDataView view = Copy(source);

        view.GetRowCursor([view.Schema["Image"], view.Schema["Copy"]]).Dispose();

        Assert.Equal("cursor(X,Image)", source.Calls[0]);
    }

    [Fact]
    public void RowStagesBehindOurs_ASetOfOneWanted_AskForASetOfOne()
    {
        var source = new JournalView(Numbers.View(3));
        IDataView view = Copy(source);

        view.GetRowCursorSet([view.Schema["Copy"]], 1)[0].Dispose();

        Assert.Equal("set of 1(X)", source.Calls[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RowStagesBehindOurs_RandomGiven_ReachesOnlyASourceThatCanShuffle(bool canShuffle)
    {
        var source = new JournalView(Numbers.View(3)) { CanShuffle = canShuffle };
        IDataView view = Copy(source);

        view.GetRowCursor([view.Schema["Copy"]], new Random(1)).Dispose();

        Assert.Equal(canShuffle, source.Calls[0].EndsWith("shuffled", StringComparison.Ordinal));
    }

    [Fact]
    public void RowStagesBehindOurs_OneCursorForASetOfSeveral_KeepOrderPositionsAndIds()
    {
        IDataView source = Numbers.View(1_000);
        IDataView view = CopyTwice(source);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema["CopyOfCopy"]);
        ValueGetter<DataViewRowId> idGetter = cursor.GetIdGetter();
        int row = 0;

        Assert.Same(view.Schema, cursor.Schema);
        Assert.Equal(-1, cursor.Position);
        for (; cursor.MoveNext(); row++)
        {
            float value = 0;
            DataViewRowId id = default;
            getter(ref value);
            idGetter(ref id);
            Assert.Equal((row, row, (ulong)row), (cursor.Position, value, id.Low));
        }

        Assert.Equal(1_000, row);
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void RowStagesBehindOurs_AnyRows_AreReadAheadAndPulledOnceEach()
    {
        var source = new JournalView(Numbers.View(300));
        IDataView view = Copy(source);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Copy"]]);

        cursor.MoveNext();

        // A batch has been read before the consumer asks for the first value.
        Assert.Contains("pull X 1", source.Calls);
        while (cursor.MoveNext())
        {
        }

        Assert.Equal(300, source.Calls.Count(call => call.StartsWith("pull X ", StringComparison.Ordinal)));
        Assert.Equal(300, source.Calls.Distinct().Count(call => call.StartsWith("pull X ", StringComparison.Ordinal)));
    }

    [Fact]
    public void LoadFromEnumerable_SetOfSeveralWanted_GivesOneCursor()
    {
        IDataView view = Numbers.View(5);

        DataViewRowCursor cursor = Assert.Single(view.GetRowCursorSet(view.Schema, 8));

        cursor.Dispose();
    }

    [Fact]
    public void Getter_Throws_TravelsAsItIsOnAPlainCursor()
    {
        var source = new JournalView(Numbers.View(3)) { Failing = ("X", new FormatException("Bad.")) };

        Assert.Throws<FormatException>(() => Numbers.Column<float>(source, "X"));
        Assert.Throws<FormatException>(() => ML.Data.CreateEnumerable<OnlyX>(source, reuseRowObject: false).ToArray());
    }

    [Fact]
    public void Getter_ThrowsBehindARowStage_IsWrappedInInvalidOperationExceptions()
    {
        var source = new JournalView(Numbers.View(3)) { Failing = ("X", new FormatException("Bad.")) };
        IDataView view = Copy(source);

        var exception = Assert.Throws<InvalidOperationException>(() => Numbers.Column<float>(view, "Copy"));

        Assert.IsType<FormatException>(exception.GetBaseException());
        Assert.Equal(["t0", "t1", "t2"], Numbers.Column<ReadOnlyMemory<char>>(view, "Text").Select(text => text.ToString()));
    }

    [Fact]
    public void Getter_ThrewBehindARowStage_TheCursorCanBeDisposed()
    {
        var source = new JournalView(Numbers.View(3)) { Failing = ("X", new FormatException("Bad.")) };
        IDataView view = Copy(source);
        DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Copy"]]);
        Assert.ThrowsAny<InvalidOperationException>(() => cursor.MoveNext());

        cursor.Dispose();

        Assert.Equal("dispose", source.Calls[^1]);
    }

    private static IDataView Copy(IDataView source) => ML.Transforms.CopyColumns("Copy", "X").Fit(source).Transform(source);

    private static IDataView CopyTwice(IDataView source)
    {
        IDataView once = Copy(source);
        return ML.Transforms.CopyColumns("CopyOfCopy", "Copy").Fit(once).Transform(once);
    }

    private sealed class OnlyX
    {
        public float X { get; set; }
    }

    private sealed class ImageAndX
    {
        public float X { get; set; }

        [Microsoft.ML.Transforms.Image.ImageType(30, 40)]
        public MLImage? Image { get; set; }
    }
}
