using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

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

        public override SourceImage Read(long row) => _path.Value.Span.IsWhiteSpace()
            ? throw NoImage(row)
            : new ImageFile(model, Path.Combine(folder, _path.Value.ToString()));
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
