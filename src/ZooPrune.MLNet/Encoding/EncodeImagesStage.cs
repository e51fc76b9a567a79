using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>pixel_values [3, S, S] -> visual tokens [N, D]. Immutable.</summary>
internal sealed class EncodeImagesStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.EncodeImages);

    public EncodeImagesStage(EncodeImagesOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Model = options.Model;
        int size = Model.ImageSize;
        int values = 3 * size * size;
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

    /// <inheritdoc/>
    public override RowWork Open(BoundRow row) => new EncodeImagesWork(this, row);
}
