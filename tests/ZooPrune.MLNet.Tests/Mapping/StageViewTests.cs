using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class StageViewTests
{
    [Fact]
    public void Read_AllColumns_GivesTheComputedValues()
    {
        Doubled[] rows = Numbers.Read(Numbers.Transform(new DoublingStage(), Numbers.View(3)));

        Assert.Equal([0f, 2f, 4f], rows.Select(row => row.Y));
        Assert.Equal([[], [1f], [2f, 2f]], rows.Select(row => row.YFree));
        Assert.Equal([[0f, 0f, 0f], [1f, 1f, 1f], [2f, 2f, 2f]], rows.Select(row => row.YFixed));
        Assert.All(rows, row => Assert.Empty(row.Error));
    }

    [Fact]
    public void Read_AnyChoiceOfActiveColumns_GivesTheSameValues()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(5));
        string[] all = Rows(view, view.Schema);

        foreach (int remainder in (int[])[0, 1])
        {
            DataViewSchema.Column[] active = [.. view.Schema.Where(column => column.Index % 2 == remainder)];
            string[] expected = [.. all.Select(row => string.Join("|", row.Split('|').Where((_, i) => i % 2 == remainder)))];
            Assert.Equal(expected, Rows(view, active));
        }
    }

    [Fact]
    public void Cursor_Schema_IsTheViewsObject()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(1));

        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);

        Assert.Same(view.Schema, cursor.Schema);
        Assert.Same(view.Schema, view.Schema);
    }

    [Fact]
    public void Cursor_PositionBatchAndId_AreThoseOfTheSource()
    {
        IDataView source = Numbers.View(4);

        Numbers.AssertSameRows(source, Numbers.Transform(new DoublingStage(), source), computed: null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CanShuffleAndRandom_OfTheSource_ArePassedOn(bool canShuffle)
    {
        var source = new JournalView(Numbers.View(1)) { CanShuffle = canShuffle };
        IDataView view = Numbers.Transform(new DoublingStage(), source);

        view.GetRowCursor([view.Schema["X"]], new Random(1)).Dispose();
        view.GetRowCursorSet([view.Schema["X"]], 2, new Random(1))[0].Dispose();

        Assert.Equal(canShuffle, view.CanShuffle);
        Assert.Equal(["cursor(X) shuffled", "dispose", "set of 2(X) shuffled", "dispose"], source.Calls);
    }

    [Fact]
    public void GetRowCount_OfAnIterator_IsUnknown()
    {
        IDataView iterated = Numbers.ML.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new Number { X = i }));

        Assert.Null(Numbers.Transform(new DoublingStage(), iterated).GetRowCount());
        Assert.Equal(3, Numbers.Transform(new DoublingStage(), Numbers.View(3)).GetRowCount());
    }

    [Fact]
    public void Read_ColumnsPassedOn_ComputesNothingAndAsksForThemOnly()
    {
        var source = new JournalView(Numbers.View(2));
        var stage = new DoublingStage();

        string[] texts =
            [.. Numbers.Column<ReadOnlyMemory<char>>(Numbers.Transform(stage, source), "Text").Select(text => text.ToString())];

        Assert.Equal(["t0", "t1"], texts);
        Assert.Equal(["cursor(Text)", "pull Text 0", "pull Text 1", "dispose"], source.Calls);
        Assert.Equal((0, 0), (stage.Opened, stage.Computed));
    }

    [Fact]
    public void Read_SeveralComputedColumns_PullsAndComputesEachRowOnce()
    {
        var source = new JournalView(Numbers.View(2));
        var stage = new DoublingStage();

        Numbers.Read(Numbers.Transform(stage, source));

        Assert.Equal(["cursor(X)", "pull X 0", "pull X 1", "dispose"], source.Calls);
        Assert.Equal((1, 2), (stage.Opened, stage.Computed));
    }

    [Fact]
    public void Cursor_GettersNotCalled_ComputesNothing()
    {
        var source = new JournalView(Numbers.View(3));
        var stage = new DoublingStage();
        IDataView view = Numbers.Transform(stage, source);

        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema["Y"]);
            float value = 0;
            cursor.MoveNext();
            cursor.MoveNext();
            getter(ref value);
            getter(ref value);
            cursor.MoveNext();
            Assert.Equal(2f, value);
        }

        Assert.Equal(["cursor(X,Text)", "pull X 1", "dispose"], source.Calls);
        Assert.Equal(1, stage.Computed);
    }

    [Fact]
    public void Cursors_Interleaved_DoNotDisturbEachOther()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(3));
        using DataViewRowCursor first = view.GetRowCursor(view.Schema);
        using DataViewRowCursor second = view.GetRowCursor(view.Schema);
        ValueGetter<VBuffer<float>> firstGetter = first.GetGetter<VBuffer<float>>(view.Schema["YFixed"]);
        ValueGetter<VBuffer<float>> secondGetter = second.GetGetter<VBuffer<float>>(view.Schema["YFixed"]);
        VBuffer<float> a = default;
        VBuffer<float> b = default;

        first.MoveNext();
        first.MoveNext();
        firstGetter(ref a);
        second.MoveNext();
        secondGetter(ref b);
        firstGetter(ref a);

        Assert.Equal([1f, 1f, 1f], a.DenseValues());
        Assert.Equal([0f, 0f, 0f], b.DenseValues());
    }

    [Fact]
    public void Read_Twice_GivesTheSame()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(4));

        Assert.Equal(Rows(view, view.Schema), Rows(view, view.Schema));
    }

    [Fact]
    public void Read_FromManyThreads_GivesTheSameOnEach()
    {
        IDataView view = Numbers.Transform(new DoublingStage(output: "Z"), Numbers.Transform(new DoublingStage(), Numbers.View(90)));
        string[] expected = Rows(view, view.Schema);

        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.Equal(expected, Rows(view, view.Schema)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void GetRowCursorSet_OfTheSourcesCursors_MapsEachOfThem(int cursors)
    {
        var source = new JournalView(Numbers.View(3)) { CursorsInSet = cursors };
        IDataView view = Numbers.Transform(new DoublingStage(), source);

        DataViewRowCursor[] set = view.GetRowCursorSet([view.Schema["Y"]], 4);

        Assert.Equal(cursors, set.Length);
        foreach (DataViewRowCursor cursor in set)
        {
            ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema["Y"]);
            var values = new List<float>();
            while (cursor.MoveNext())
            {
                float value = 0;
                getter(ref value);
                values.Add(value);
            }

            Assert.Equal([0f, 2f, 4f], values);
            cursor.Dispose();
        }

        Assert.Equal("set of 4(X)", source.Calls[0]);
        Assert.Equal(cursors, source.Calls.Count(call => call == "dispose"));
    }

    [Fact]
    public void Read_BehindAStageOfMLNet_KeepsOrderAndValues()
    {
        IDataView view = Numbers.Transform(new DoublingStage(), Numbers.View(90));
        IDataView copied = Numbers.ML.Transforms.CopyColumns("Copy", "Y").Fit(view).Transform(view);

        Assert.Equal(Enumerable.Range(0, 90).Select(i => 2f * i), Numbers.Column<float>(copied, "Copy"));
    }

    [Fact]
    public void Read_TwoThousandRows_AllocatesNothingPerRow()
    {
        IDataView view = Numbers.Transform(new DoublingStage(input: "Small"), Numbers.ML.Data.LoadFromEnumerable(Small(2_100)));
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["YFixed"], view.Schema["Error"]]);
        ValueGetter<VBuffer<float>> vector = cursor.GetGetter<VBuffer<float>>(view.Schema["YFixed"]);
        ValueGetter<ReadOnlyMemory<char>> error = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Error"]);
        VBuffer<float> values = default;
        ReadOnlyMemory<char> text = default;
        long Read(int rows)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rows && cursor.MoveNext(); i++)
            {
                vector(ref values);
                error(ref text);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Read(100);
        long bytes = Read(2_000);

        // The source makes one row object for a row, about 24 bytes; a copy of the vector would be 40 more.
        Assert.InRange(bytes, 0, 2_000 * 32);
        Assert.Equal(2_099, cursor.Position);
    }

    private static IEnumerable<SmallNumber> Small(int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return new SmallNumber { Small = i % 10 };
        }
    }

    /// <summary>The values of the given columns, a row a line.</summary>
    private static string[] Rows(IDataView view, IEnumerable<DataViewSchema.Column> columns)
    {
        var lines = new List<string>();
        DataViewSchema.Column[] active = [.. columns];
        using DataViewRowCursor cursor = view.GetRowCursor(active);
        Func<string>[] read = [.. active.Select(column => Reader(cursor, column))];
        while (cursor.MoveNext())
        {
            lines.Add(string.Join("|", read.Select(value => value())));
        }

        return [.. lines];
    }

    private static Func<string> Reader(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
        {
            ValueGetter<VBuffer<float>> vector = cursor.GetGetter<VBuffer<float>>(column);
            return () =>
            {
                VBuffer<float> value = default;
                vector(ref value);
                return string.Join(" ", value.DenseValues());
            };
        }

        if (column.Type is TextDataViewType)
        {
            ValueGetter<ReadOnlyMemory<char>> text = cursor.GetGetter<ReadOnlyMemory<char>>(column);
            return () =>
            {
                ReadOnlyMemory<char> value = default;
                text(ref value);
                return value.ToString();
            };
        }

        ValueGetter<float> number = cursor.GetGetter<float>(column);
        return () =>
        {
            float value = 0;
            number(ref value);
            return value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        };
    }

    private sealed class SmallNumber
    {
        public float Small { get; set; }
    }
}
