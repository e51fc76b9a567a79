using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>pixel_values [3, S, S] -> visual tokens [N, D]. Immutable.</summary>
internal sealed class EncodeImagesStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.EncodeImages);

    /// <summary>Images beyond which a batch gains nothing on two cores.</summary>
    public const int MostRows = 8;

    public EncodeImagesStage(EncodeImagesOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Options = options;
        Model = options.Model;
        int size = Model.ImageSize;
        int values = 3 * size * size;
        BatchSize = ChooseBatchSize(options.BatchSize, MostRows, BytesPerImage(Model));
        PixelValues = Reads(
            InputColumn.Vector(
                options.PixelValuesColumnName,
                NumberDataViewType.Single,
                values.ToString("N0", CultureInfo.InvariantCulture),
                declared => declared == values,
                "put PreprocessImages with the same model before this stage."),
            nameof(options.PixelValuesColumnName));
        VisualTokens = Adds(
            new VectorColumn<float>(options.VisualTokensColumnName, new VectorDataViewType(NumberDataViewType.Single, Model.VisualTokenCount, Model.EncoderWidth)),
            nameof(options.VisualTokensColumnName));
        Milliseconds = Adds(
            new ScalarColumn<float>(options.MillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.MillisecondsColumnName));
    }

    public VisionLanguageModel Model { get; }

    public InputColumn PixelValues { get; }

    public VectorColumn<float> VisualTokens { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <summary>Pixel values and visual tokens of an image, each of them twice: on its own and in the batch.</summary>
    public static long BytesPerImage(VisionLanguageModel model) =>
        2L * sizeof(float) * ((3L * model.ImageSize * model.ImageSize) + ((long)model.VisualTokenCount * model.EncoderWidth));

    /// <inheritdoc/>
    public override StageWork Open(BoundRow row, int capacity) => new EncodeImagesWork(this, row, capacity);
}
