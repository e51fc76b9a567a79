using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Makes vectors of the pixels' colours.</summary>
public sealed class ImagePixelExtractingTransformer : OneToOneTransformerBase
{
    internal ImagePixelExtractingTransformer(string output, string input, PixelExtraction extraction)
    {
        Throw.IfNoName(output, "name");
        Output = output;
        Input = input;
        Extraction = extraction;
    }

    private delegate void Extract<TValue>(MLImage image, Span<TValue> values);

    internal string Output { get; }

    internal string Input { get; }

    internal PixelExtraction Extraction { get; }

    internal static ImagePixelExtractingTransformer Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), PixelExtraction.Read(reader));

    private protected override void Write(ModelSaveContext context)
    {
        var writer = context.Begin(nameof(ImagePixelExtractingTransformer));
        writer.Write(Output);
        writer.Write(Input);
        Extraction.Write(writer);
    }

    private protected override IAddedColumns Bind(DataViewSchema inputSchema)
    {
        var source = inputSchema.Require(Input, type => type is ImageDataViewType { IsKnownSize: true }, "Image of known size");
        var type = (ImageDataViewType)source.Type;
        var output = new DataViewSchema.DetachedColumn(Output, Extraction.TypeFor(type));
        int length = ((VectorDataViewType)output.Type).Size;
        return new OneToOne(output, source, row => Extraction.ItemType == NumberDataViewType.Single
            ? Open<float>(row, source, length, Extraction.Extract)
            : Open<byte>(row, source, length, Extraction.Extract));
    }

    /// <summary>No image gives zeros. As in ML.NET, the last image that came in is disposed at the end, whoever made it.</summary>
    private static AddedValues Open<TValue>(DataViewRow row, DataViewSchema.Column column, int length, Extract<TValue> extract)
    {
        var type = (ImageDataViewType)column.Type;
        var getImage = row.GetGetter<MLImage>(column);
        MLImage image = null;
        ValueGetter<VBuffer<TValue>> getValues = (ref VBuffer<TValue> values) =>
        {
            getImage(ref image);
            if (image is null)
            {
                values = VBufferEditor.Create(ref values, length, 0).Commit();
                return;
            }

            Throw.IfInvalid(
                image.Width != type.Width || image.Height != type.Height,
                $"The image is {image.Width} x {image.Height}, not {type.Width} x {type.Height} as its column says.");
            var editor = VBufferEditor.Create(ref values, length);
            extract(image, editor.Values);
            values = editor.Commit();
        };
        return new AddedValues([getValues], () => image?.Dispose());
    }
}
