using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Data;

/// <summary>Decodes image files.</summary>
public sealed class ImageLoadingTransformer : OneToOneTransformerBase
{
    /// <summary>The folder from which paths count; null if they stand for themselves.</summary>
    public readonly string ImageFolder;

    internal ImageLoadingTransformer(string output, string input, string imageFolder, bool isLoaded = false)
    {
        Throw.IfNoName(output, "columns");
        Throw.IfNoName(input, "columns");
        Throw.IfBadArgument(
            !isLoaded && !string.IsNullOrEmpty(imageFolder) && !Directory.Exists(imageFolder), null, $"There is no folder '{imageFolder}'.");
        Output = output;
        Input = input;
        ImageFolder = imageFolder;
    }

    internal string Output { get; }

    internal string Input { get; }

    internal ImageDataViewType OutputType { get; } = new();

    /// <summary>As in ML.NET, the folder may have gone.</summary>
    internal static ImageLoadingTransformer Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadString(), isLoaded: true);

    private protected override void Write(ModelSaveContext context)
    {
        var writer = context.Begin(nameof(ImageLoadingTransformer));
        writer.Write(Output);
        writer.Write(Input);
        writer.Write(ImageFolder ?? string.Empty);
    }

    private protected override IAddedColumns Bind(DataViewSchema inputSchema)
    {
        var path = inputSchema.Require(Input, type => type is TextDataViewType, "String");
        return new OneToOne(new DataViewSchema.DetachedColumn(Output, OutputType), path, row => Open(row, path));
    }

    /// <summary>The image of the row before is disposed when the next one is asked for, the last one at the end.</summary>
    private AddedValues Open(DataViewRow row, DataViewSchema.Column column)
    {
        var getPath = row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        MLImage last = null;
        ValueGetter<MLImage> getImage = (ref MLImage image) =>
        {
            image?.Dispose();
            image = null;
            getPath(ref path);
            if (path.Length > 0)
            {
                image = last = Load(path.ToString());
            }
        };
        return new AddedValues([getImage], () => last?.Dispose());
    }

    private MLImage Load(string path)
    {
        string file = string.IsNullOrEmpty(ImageFolder) ? path : Path.Combine(ImageFolder, path);
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read);
        var image = MLImage.CreateFromStream(stream);
        image.Tag = file;
        return image;
    }
}
