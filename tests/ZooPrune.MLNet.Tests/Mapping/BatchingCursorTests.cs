using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

public class BatchingCursorTests
{
    private static readonly ZooPruneException Bad = new("Number: it is 2. Expected another; choose one.");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(100)]
    public void Read_AnyBatchSize_GivesTheSameRowsInOrder(int batchSize)
    {
        Tripled[] rows = Read(Numbers.Transform(new TriplingStage(batchSize), Numbers.View(23)));

        Assert.Equal(Enumerable.Range(0, 23).Select(i => (float)i), rows.Select(row => row.X));
        Assert.Equal(Enumerable.Range(0, 23).Select(i => $"t{i}"), rows.Select(row => row.Text));
        Assert.Equal(Enumerable.Range(0, 23).Select(i => 3f * i), rows.Select(row => row.Z));
        Assert.Equal(Enumerable.Range(0, 23).Select(i => (float[])[i, i]), rows.Select(row => row.ZFixed));
        Assert.All(rows, row => Assert.Empty(row.Error));
    }

    [Fact]
    public void Read_AllRows_ComputesOneThenTwoThenFourUpToTheBatchSize()
    {
        var stage = new TriplingStage(4);

        Read(Numbers.Transform(stage, Numbers.View(13)));

        Assert.Equal(["0", "1 2", "3 4 5 6", "7 8 9 10", "11 12"], stage.Batches);
    }

    [Fact]
    public void Read_FirstRowOnly_ReadsNoOther()
    {
        var source = new JournalView(Numbers.View(9));
        IDataView view = Numbers.Transform(new TriplingStage(4), source);

        Assert.Equal(0f, Numbers.ML.Data.CreateEnumerable<Tripled>(view, reuseRowObject: false).First().Z);

        Assert.Equal("cursor(X,Text)", source.Calls[0]);
        Assert.All(source.Calls.Skip(1).SkipLast(1), call => Assert.Contains(call, (string[])["pull X 0", "pull Text 0"]));
        Assert.Equal("dispose", source.Calls[^1]);
    }

    [Fact]
    public void Cursor_ComputedColumnsNotRead_ReadsNothingAhead()
    {
        var source = new JournalView(Numbers.View(9));
        var stage = new TriplingStage(4);
        IDataView view = Numbers.Transform(stage, source);

        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<float> computed = cursor.GetGetter<float>(view.Schema["Z"]);
            for (int i = 0; i < 6; i++)
            {
                cursor.MoveNext();
            }

            float value = 0;
            computed(ref value);
            Assert.Equal(15f, value);
        }

        Assert.Equal(["cursor(X,Text)", "pull X 5", "dispose"], source.Calls);
        Assert.Equal(["5"], stage.Batches);
    }

    [Fact]
    public void Cursor_PositionBatchAndId_AreThoseOfTheSource()
    {
        IDataView source = Numbers.View(11);

        Numbers.AssertSameRows(source, Numbers.Transform(new TriplingStage(4), source), "Z");
    }

    [Fact]
    public void Getter_TwiceLateOrOffTheRows_GivesTheRowOrThrows()
    {
        IDataView view = Numbers.Transform(new TriplingStage(4), Numbers.View(9));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> z = cursor.GetGetter<float>(view.Schema["Z"]);
        float value = 0;
        Assert.Throws<InvalidOperationException>(() => z(ref value));
        VBuffer<float> first = default;
        for (int i = 0; i < 9; i++)
        {
            cursor.MoveNext();
            z(ref value);
            z(ref value);
            Assert.Equal(3f * i, value);

            // Getters that nobody asked for before the input was read ahead.
            ReadOnlyMemory<char> text = default;
            cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"])(ref text);
            Assert.Equal($"t{i}", text.ToString());
            float x = 0;
            cursor.GetGetter<float>(view.Schema["X"])(ref x);
            Assert.Equal(i, x);
            if (i == 3)
            {
                cursor.GetGetter<VBuffer<float>>(view.Schema["ZFixed"])(ref first);
            }
        }

        Assert.Equal([3f, 3f], first.DenseValues());
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema["Z"]));
        Assert.ThrowsAny<Exception>(() => cursor.GetGetter<double>(view.Schema["X"]));
        cursor.MoveNext();
        Assert.Equal(
            "Tripling: a value was asked for before the first row or after the last. Expected a current row; call MoveNext first, "
                + "and stop when it returns false.",
            Assert.Throws<InvalidOperationException>(() => z(ref value)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public void Report_RowFailsWhenRead_IsTheOnlyOneWithAnError(int batchSize)
    {
        var stage = new TriplingStage(batchSize) { ReadThrows = (5, Bad) };

        Tripled[] rows = Read(Numbers.Transform(stage, Numbers.View(12)));

        CheckRow5(rows, Bad.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public void Report_BatchFails_IsComputedRowByRowAndTheRightRowHasTheError(int batchSize)
    {
        var stage = new TriplingStage(batchSize) { ComputeThrows = (5, new FormatException("No number")) };

        Tripled[] rows = Read(Numbers.Transform(stage, Numbers.View(12)));

        CheckRow5(
            rows,
            "Tripling: row 5 failed with FormatException: No number. Expected a row like the others; look at its image and "
                + "question, and report the message if they are in order.");
        if (batchSize == 4)
        {
            Assert.Equal(["0", "1 2", "3 4 5 6", "3", "4", "5", "6", "7 8 9 10", "11"], stage.Batches);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Throw_RowInABatchFails_ThrowsAtThatRowOnly(bool whenRead)
    {
        var stage =
            new TriplingStage(4, RowErrors.Throw) { ReadThrows = whenRead ? (5, Bad) : null, ComputeThrows = whenRead ? null : (5, Bad) };
        IDataView view = Numbers.Transform(stage, Numbers.View(9));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema["Z"]);
        var failed = new List<long>();
        while (cursor.MoveNext())
        {
            float value = 0;
            if (cursor.Position == 5)
            {
                Assert.Equal(Bad.Message, Assert.Throws<InvalidOperationException>(() => getter(ref value)).Message);
                Assert.Same(Bad, Assert.Throws<InvalidOperationException>(() => getter(ref value)).InnerException);
                failed.Add(cursor.Position);
            }
            else
            {
                getter(ref value);
                Assert.Equal(3f * cursor.Position, value);
            }
        }

        Assert.Equal([5], failed);
    }

    [Fact]
    public void Read_ExceptionThatConcernsEveryRow_ComesAtItsRow()
    {
        var stage = new TriplingStage(4) { ReadThrows = (5, new OperationCanceledException()) };
        IDataView view = Numbers.Transform(stage, Numbers.View(9));
        var read = new List<float>();

        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (Tripled row in Numbers.ML.Data.CreateEnumerable<Tripled>(view, reuseRowObject: false))
            {
                read.Add(row.Z);
            }
        });

        Assert.Equal([0f, 3f, 6f, 9f, 12f], read);
    }

    [Fact]
    public void MoveNext_SourceThrowsWhileReadAhead_HandsOnTheRowsBeforeItFirst()
    {
        IDataView source = Numbers.ML.Data.LoadFromEnumerable(Breaking(5));
        IDataView view = Numbers.Transform(new TriplingStage(4), source);
        var read = new List<float>();

        Assert.Throws<IOException>(() =>
        {
            foreach (Tripled row in Numbers.ML.Data.CreateEnumerable<Tripled>(view, reuseRowObject: false))
            {
                read.Add(row.Z);
            }
        });

        Assert.Equal([0f, 3f, 6f, 9f, 12f], read);
    }

    [Fact]
    public void Getter_PassedOnColumnFailsWhileReadAhead_ThrowsWhenItIsRead()
    {
        var cause = new FileNotFoundException("Could not find 'a.txt'");
        var source = new JournalView(Numbers.View(6)) { Failing = ("Text", cause) };
        IDataView view = Numbers.Transform(new TriplingStage(4), source);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> z = cursor.GetGetter<float>(view.Schema["Z"]);
        ValueGetter<ReadOnlyMemory<char>> text = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]);
        for (int i = 0; i < 6; i++)
        {
            float value = 0;
            ReadOnlyMemory<char> letters = default;
            cursor.MoveNext();
            z(ref value);
            Assert.Equal(3f * i, value);
            Assert.Same(cause, Assert.Throws<FileNotFoundException>(() => text(ref letters)));
        }
    }

    [Fact]
    public void Dispose_InTheMiddleOfABatch_DisposesSourceAndStage()
    {
        var source = new JournalView(Numbers.View(9));
        var stage = new TriplingStage(4);
        IDataView view = Numbers.Transform(stage, source);
        float value = 0;

        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<float> z = cursor.GetGetter<float>(view.Schema["Z"]);
            for (int i = 0; i < 5; i++)
            {
                cursor.MoveNext();
                z(ref value);
            }
        }

        Assert.Equal(12f, value);
        Assert.Equal("dispose", source.Calls[^1]);
        Assert.Single(source.Calls, "dispose");
        Assert.Equal(1, stage.Disposed);
    }

    [Fact]
    public void GetRow_OfTheMapper_ComputesOneRowAtATime()
    {
        var stage = new TriplingStage(4);
        ITransformer transformer = Numbers.Transformer(stage);
        using PredictionEngine<Number, Tripled> engine = Numbers.ML.Model.CreatePredictionEngine<Number, Tripled>(transformer);

        float[] values = [.. Enumerable.Range(0, 5).Select(i => engine.Predict(new Number { X = i }).Z)];

        Assert.Equal([0f, 3f, 6f, 9f, 12f], values);
        Assert.Equal(["0", "1", "2", "3", "4"], stage.Batches);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Read_EvenOrOddColumns_GivesTheSameValues(int remainder)
    {
        IDataView view = Numbers.Transform(new TriplingStage(4), Numbers.View(9));
        DataViewSchema.Column[] active = [.. view.Schema.Where(column => column.Index % 2 == remainder)];
        Tripled[] all = Read(view);

        foreach (DataViewSchema.Column column in active.Where(column => column.Type is NumberDataViewType))
        {
            using DataViewRowCursor cursor = view.GetRowCursor(active);
            ValueGetter<float> getter = cursor.GetGetter<float>(column);
            var values = new List<float>();
            while (cursor.MoveNext())
            {
                float value = 0;
                getter(ref value);
                values.Add(value);
            }

            Assert.Equal(all.Select(row => column.Name == "X" ? row.X : row.Z), values);
        }
    }

    [Fact]
    public void Read_FromManyThreads_GivesTheSameOnEach()
    {
        IDataView view = Numbers.Transform(new TriplingStage(8), Numbers.View(90));

        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            Assert.Equal(Enumerable.Range(0, 90).Select(i => 3f * i), Read(view).Select(row => row.Z)));
    }

    [Fact]
    public void Read_SplitByAStageOfMLNet_KeepsOrderAndValues()
    {
        IDataView view = Numbers.Transform(new TriplingStage(8), Numbers.View(300));
        IDataView copied = Numbers.ML.Transforms.CopyColumns("Copy", "Z").Fit(view).Transform(view);

        Assert.Equal(Enumerable.Range(0, 300).Select(i => 3f * i), Numbers.Column<float>(copied, "Copy"));
        foreach (DataViewRowCursor cursor in view.GetRowCursorSet(view.Schema, 3))
        {
            cursor.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_ImagesPassedOn_LiveAsLongAsWithoutTheStage(bool isOneVariable)
    {
        IDataView rows = Numbers.ML.Data.LoadFromEnumerable(
            TestModel.Questions(7).Select((question, i) => new NumberedImage { X = i, ImagePath = question.ImagePath }).ToArray());
        IDataView images = Numbers.ML.Transforms.LoadImages("Image", TestModel.Images, "ImagePath").Fit(rows).Transform(rows);
        IDataView view = Numbers.Transform(new TriplingStage(4), images);

        bool[] direct = Alive(images, isOneVariable);
        bool[] ahead = Alive(view, isOneVariable);

        // What a consumer may use without the stage it may use with it.
        Assert.Equal(7, ahead.Length);
        Assert.All(direct.Zip(ahead), pair => Assert.True(!pair.First || pair.Second));
        Assert.Equal(isOneVariable, direct.Count(isAlive => isAlive) <= 1);
    }

    /// <summary>Which images of a view are not disposed after all rows have been read, into one variable or each into its own.</summary>
    private static bool[] Alive(IDataView view, bool isOneVariable)
    {
        var seen = new List<MLImage>();
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<float> number = cursor.GetGetter<float>(view.Schema[view.Schema.GetColumnOrNull("Z") is null ? "X" : "Z"]);
            ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
            MLImage image = null!;
            while (cursor.MoveNext())
            {
                float value = 0;
                number(ref value);
                image = isOneVariable ? image : null!;
                getter(ref image);
                Assert.Equal(4 * 336 * 336, image.Pixels.Length);
                seen.Add(image);
            }
        }

        return [.. seen.Select(image => Record.Exception(() => image.Pixels.Length) is null)];
    }

    private static IEnumerable<Number> Breaking(int after)
    {
        for (int i = 0; i < after; i++)
        {
            yield return new Number { X = i };
        }

        throw new IOException("The disk is gone.");
    }

    private static Tripled[] Read(IDataView view) => [.. Numbers.ML.Data.CreateEnumerable<Tripled>(view, reuseRowObject: false)];

    private static void CheckRow5(Tripled[] rows, string error)
    {
        Assert.Equal(12, rows.Length);
        Assert.Equal(error, rows[5].Error);
        Assert.Equal((5f, 0f), (rows[5].X, rows[5].Z));
        Assert.Equal([0f, 0f], rows[5].ZFixed);
        foreach (Tripled row in rows.Where(row => row.X != 5))
        {
            Assert.Equal((3 * row.X, string.Empty), (row.Z, row.Error));
            Assert.Equal([row.X, row.X], row.ZFixed);
        }
    }

    private sealed class NumberedImage
    {
        public float X { get; set; }

        public string ImagePath { get; set; } = string.Empty;
    }
}
