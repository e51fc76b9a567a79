using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Brings images to a size.</summary>
public sealed class ImageResizingTransformer : OneToOneTransformerBase
{
    private readonly ImageResizing _resizing;

    internal ImageResizingTransformer(string output, string input, ImageResizing resizing)
    {
        Throw.IfNoName(output, "name");
        Output = output;
        Input = input;
        _resizing = resizing;
        OutputType = new ImageDataViewType(resizing.Height, resizing.Width);
    }

    internal string Output { get; }

    internal string Input { get; }

    internal ImageDataViewType OutputType { get; }

    internal static ImageResizingTransformer Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), ImageResizing.Read(reader));

    private protected override void Write(ModelSaveContext context)
    {
        var writer = context.Begin(nameof(ImageResizingTransformer));
        writer.Write(Output);
        writer.Write(Input);
        _resizing.Write(writer);
    }

    private protected override IAddedColumns Bind(DataViewSchema inputSchema)
    {
        var source = inputSchema.Require(Input, type => type is ImageDataViewType, "Image");
        return new OneToOne(new DataViewSchema.DetachedColumn(Output, OutputType), source, row => Open(row, source));
    }

    /// <summary>As in ML.NET, an image that has the size already is passed on itself, and no image leaves what was there.</summary>
    private AddedValues Open(DataViewRow row, DataViewSchema.Column column)
    {
        var getSource = row.GetGetter<MLImage>(column);
        MLImage source = null;
        ValueGetter<MLImage> getImage = (ref MLImage image) =>
        {
            image?.Dispose();
            getSource(ref source);
            if (source is not null)
            {
                bool fits = source.Width == _resizing.Width && source.Height == _resizing.Height;
                image = fits ? source : _resizing.Apply(source);
            }
        };
        return new AddedValues([getImage]);
    }
}
