using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>An image as a row brings it. Independent of the row that it came from.</summary>
internal abstract class SourceImage
{
    /// <summary>Whether the image takes so much memory that a batch of them should not be held until it is prepared.</summary>
    public virtual bool IsLarge => false;

    /// <summary>Whether another row brings the same image, so that nothing need be computed anew. False when in doubt.</summary>
    public abstract bool IsSameAs(SourceImage other);

    /// <summary>Decodes, if need be, and preprocesses. Thread-safe.</summary>
    /// <exception cref="ZooPruneException">The image cannot be used.</exception>
    public abstract PreparedImage Prepare();
}

/// <summary>A file. The same if path, length and time of the last change are.</summary>
internal sealed class ImageFile : SourceImage
{
    private readonly VisionLanguageModel _model;
    private readonly string _path;
    private readonly (bool Exists, long Length, DateTime Changed) _state;

    public ImageFile(VisionLanguageModel model, string path)
    {
        _model = model;
        _path = path;
        var file = new FileInfo(path);
        _state = file.Exists ? (true, file.Length, file.LastWriteTimeUtc) : default;
    }

    /// <inheritdoc/>
    public override bool IsSameAs(SourceImage other) => other is ImageFile file && file._path == _path && file._state == _state;

    /// <inheritdoc/>
    public override PreparedImage Prepare() => _model.Prepare(_path);
}

/// <summary>A file in memory.</summary>
internal sealed class ImageBytes(VisionLanguageModel model, string name, byte[] file) : SourceImage
{
    private readonly byte[] _file = file;

    /// <inheritdoc/>
    public override bool IsSameAs(SourceImage other) => other is ImageBytes bytes && bytes._file.AsSpan().SequenceEqual(_file);

    /// <inheritdoc/>
    public override PreparedImage Prepare() => model.Prepare(_file, name);
}

/// <summary>Pixels of an image that another stage owns and may dispose; they are copied.</summary>
internal sealed class ImagePixels : SourceImage
{
    private readonly VisionLanguageModel _model;
    private readonly byte[] _pixels;
    private readonly (int Width, int Height, MLPixelFormat Format) _shape;
    private readonly string? _path;

    /// <param name="model">The model whose preprocessing is done.</param>
    /// <param name="image">An image of 4 bytes a pixel.</param>
    public ImagePixels(VisionLanguageModel model, MLImage image)
    {
        _model = model;
        _pixels = image.Pixels.ToArray();
        _shape = (image.Width, image.Height, image.PixelFormat);
        _path = image.Tag;
    }

    /// <inheritdoc/>
    public override bool IsLarge => true;

    /// <inheritdoc/>
    public override bool IsSameAs(SourceImage other) =>
        other is ImagePixels image && image._shape == _shape && image._path == _path && image._pixels.AsSpan().SequenceEqual(_pixels);

    /// <inheritdoc/>
    public override PreparedImage Prepare()
    {
        // ML.NET puts the path of a file that it has read into the image's tag, and makes a half grey image of a file that was cut off.
        // Such an image would be answered about as if it were whole.
        if (File.Exists(_path))
        {
            _model.CheckImageFile(_path);
        }

        return _model.Prepare(ToRgb(), _shape.Width, _shape.Height);
    }

    /// <summary>[height, width, 4] in the image's own order -> [height, width, 3], red first; alpha is left out.</summary>
    private byte[] ToRgb()
    {
        byte[] rgb = new byte[_pixels.Length / 4 * 3];
        int red = _shape.Format == MLPixelFormat.Rgba32 ? 0 : 2;
        for (int from = 0, to = 0; from < _pixels.Length; from += 4, to += 3)
        {
            rgb[to] = _pixels[from + red];
            rgb[to + 1] = _pixels[from + 1];
            rgb[to + 2] = _pixels[from + 2 - red];
        }

        return rgb;
    }
}

/// <summary>Reads the image column of one cursor, whatever its type. Not thread-safe.</summary>
internal abstract class ImageReader(string stageName, InputColumn column)
{
    /// <summary>A reader for the type that the column has.</summary>
    /// <param name="stageName">Name of the stage, for messages.</param>
    /// <param name="row">The input row.</param>
    /// <param name="column">The image column.</param>
    /// <param name="model">The model whose preprocessing is done.</param>
    /// <param name="folder">Where relative paths start.</param>
    public static ImageReader New(string stageName, InputRow row, InputColumn column, VisionLanguageModel model, string folder) =>
        row.TypeOf(column) switch
        {
            TextDataViewType => new PathReader(stageName, column, row, model, folder),
            VectorDataViewType => new BytesReader(stageName, column, row, model),
            _ => new PixelsReader(stageName, column, row, model),
        };

    /// <summary>The image of the current row, which has been pulled.</summary>
    /// <param name="row">Position of the row, for messages.</param>
    /// <exception cref="ZooPruneException">There is none.</exception>
    public abstract SourceImage Read(long row);

    private ZooPruneException NoImage(long row) => Throw.NoImage(stageName, column, row);

    private ZooPruneException NotFourBytes(MLImage image, long row) =>
        Throw.ImageNotFourBytes(stageName, column, row, image.Width, image.Height, image.Pixels.Length, image.PixelFormat.ToString());

    private sealed class PathReader(string stageName, InputColumn column, InputRow row, VisionLanguageModel model, string folder)
        : ImageReader(stageName, column)
    {
        private readonly ScalarInput<ReadOnlyMemory<char>> _path = row.Scalar<ReadOnlyMemory<char>>(column);

        // What is no path and so lies in no folder: the model reads data URIs, and says of other addresses that they are none of its own.
        private static bool IsAddress(ReadOnlySpan<char> text) =>
            text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || text.Contains("://", StringComparison.Ordinal);

        public override SourceImage Read(long row) => _path.Value.Span.IsWhiteSpace()
            ? throw NoImage(row)
            : new ImageFile(model, IsAddress(_path.Value.Span) ? _path.Value.ToString() : Path.Combine(folder, _path.Value.ToString()));
    }

    private sealed class BytesReader(string stageName, InputColumn column, InputRow row, VisionLanguageModel model)
        : ImageReader(stageName, column)
    {
        private readonly VectorInput<byte> _bytes = row.Vector<byte>(column);

        public override SourceImage Read(long row) => _bytes.Values.IsEmpty
            ? throw NoImage(row)
            : new ImageBytes(model, FormattableString.Invariant($"column '{_bytes.Column.Name}', row {row}"), _bytes.Values.ToArray());
    }

    private sealed class PixelsReader(string stageName, InputColumn column, InputRow row, VisionLanguageModel model)
        : ImageReader(stageName, column)
    {
        private readonly ScalarInput<MLImage> _image = row.Scalar<MLImage>(column);

        public override SourceImage Read(long row)
        {
            MLImage image = _image.Value ?? throw NoImage(row);
            bool isFourBytes = image.PixelFormat is MLPixelFormat.Rgba32 or MLPixelFormat.Bgra32
                && image.Pixels.Length == 4L * image.Width * image.Height;
            return isFourBytes ? new ImagePixels(model, image) : throw NotFourBytes(image, row);
        }
    }
}
