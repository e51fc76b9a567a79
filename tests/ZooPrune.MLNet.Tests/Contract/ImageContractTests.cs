using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.MLNet.Tests;

/// <summary>Whose an image of ML.NET is, how long it lives, and what LoadImages makes of files that are no images. Our stages copy the
/// pixels at once, hand the earlier value to the getter, and check the file that the tag names because of this.</summary>
public class ImageContractTests
{
    private static readonly MLContext ML = Numbers.ML;

    [Fact]
    public void LoadImages_ValueHandedToTheGetter_IsDisposedAndReplaced()
    {
        IDataView view = Load(TestModel.Images, "0000.png", "0001.jpg");
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        MLImage image = null!;
        cursor.MoveNext();
        getter(ref image);
        MLImage first = image;

        cursor.MoveNext();
        getter(ref image);

        Assert.Throws<InvalidOperationException>(() => first.Width);
        Assert.True(image.Width > 0);
        image.Dispose();
    }

    [Fact]
    public void LoadImages_CursorDisposed_DisposesTheImageThatItGaveLast()
    {
        IDataView view = Load(TestModel.Images, "0000.png");
        MLImage one = null!;
        MLImage two = null!;
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
            cursor.MoveNext();
            getter(ref one);
            getter(ref two);
        }

        Assert.True(one.Width > 0);
        Assert.Throws<InvalidOperationException>(() => two.Width);
        one.Dispose();
    }

    [Fact]
    public void CreateEnumerable_OfImages_EachLivesUntilTheNextRow()
    {
        var images = new List<MLImage>();
        IDataView view = Load(TestModel.Images, "0000.png", "0001.jpg");
        foreach (LoadedImage row in ML.Data.CreateEnumerable<LoadedImage>(view, reuseRowObject: false))
        {
            Assert.True(row.Image!.Width > 0);
            images.Add(row.Image);
        }

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.Throws<InvalidOperationException>(() => image.Width));
    }

    [Fact]
    public void LoadImages_Tag_IsTheFullPath() => Check(Load(TestModel.Images, "0000.png"), image =>
    {
        Assert.Equal(Path.Combine(TestModel.Images, "0000.png"), image.Tag);
        Assert.Equal((MLPixelFormat.Bgra32, 4 * image.Width * image.Height), (image.PixelFormat, image.Pixels.Length));
    });

    [Fact]
    public void LoadImages_EmptyPath_GivesNull() =>
        Assert.Null(Assert.Single(Numbers.Column<MLImage>(Load(TestModel.Images, ""), "Image")));

    [Fact]
    public void LoadImages_BadFiles_ThrowAtTheirRowAndTheOthersCanBeRead()
    {
        using var folder = new TestFolder();
        folder.Copy("0000.png", "good.png");
        folder.Write("text.png", "no image"u8);
        IDataView view = Load(folder.Root, "good.png", "text.png", "none.png", "good.png");
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        var thrown = new List<Type?>();
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            thrown.Add(Record.Exception(() => getter(ref image))?.GetType());
        }

        Assert.Equal([null, typeof(ArgumentException), typeof(FileNotFoundException), null], thrown);
        image.Dispose();
    }

    [Fact]
    public void LoadImages_FileCutOff_GivesAnImageWithoutSayingSo()
    {
        using var folder = new TestFolder();
        folder.CopyHalf("0000.png", "half.png");

        Check(Load(folder.Root, "half.png"), image => Assert.Equal((336, 336), (image.Width, image.Height)));
    }

    [Theory]
    [InlineData(MLPixelFormat.Rgba32)]
    [InlineData(MLPixelFormat.Bgra32)]
    public void CreateFromPixels_TransparentPixels_AreKeptAsTheyAre(MLPixelFormat format)
    {
        byte[] pixels = [100, 50, 25, 128, 10, 20, 30, 0];

        using MLImage image = MLImage.CreateFromPixels(2, 1, format, pixels);

        Assert.Equal(pixels, image.Pixels.ToArray());
    }

    /// <summary>Looks at the image of the only row while it lives.</summary>
    private static void Check(IDataView view, Action<MLImage> check)
    {
        MLImage image = null!;
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        Assert.True(cursor.MoveNext());
        getter(ref image);
        check(image);
    }

    private static IDataView Load(string folder, params string[] paths)
    {
        IDataView rows = ML.Data.LoadFromEnumerable(paths.Select(path => new Question { ImagePath = path }).ToArray());
        return ML.Transforms.LoadImages("Image", folder, nameof(Question.ImagePath)).Fit(rows).Transform(rows);
    }

    private sealed class LoadedImage
    {
        // LoadImages declares no size.
        [UnsizedImage]
        public MLImage? Image { get; set; }
    }

    [AttributeUsage(AttributeTargets.Property)]
    private sealed class UnsizedImageAttribute : DataViewTypeAttribute
    {
        public override bool Equals(DataViewTypeAttribute? other) => other is UnsizedImageAttribute;

        public override int GetHashCode() => 1;

        public override void Register() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage), this);
    }
}
