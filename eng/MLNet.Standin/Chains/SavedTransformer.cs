using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Image;
using Microsoft.ML.Transforms.Onnx;

namespace Microsoft.ML;

/// <summary>
/// Stages as they are saved: a name and what the stage writes, in a zip file as ML.NET's. The content is our own; only the
/// stand-in reads what the stand-in wrote.
/// </summary>
internal static class SavedTransformer
{
    private const string Entry = "standin.bin";

    public static void Save(ITransformer transformer, Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using var writer = new BinaryWriter(archive.CreateEntry(Entry).Open());
        Write(transformer, writer);
    }

    public static ITransformer Load(MLContext context, Stream stream)
    {
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var entry = archive.GetEntry(Entry) ?? throw new FormatException("The stand-in for ML.NET did not save this.");
            using var reader = new BinaryReader(entry.Open());
            return Read(context, reader);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException("This is no model.", e);
        }
    }

    public static void Write(ITransformer transformer, BinaryWriter writer)
    {
        var context = new ModelSaveContext(writer);
        transformer.Save(context);
        Throw.IfInvalid(!context.IsWritten, "ModelSignature not specified!");
    }

    public static ITransformer Read(MLContext context, BinaryReader reader)
    {
        string name = reader.ReadString();
        return name switch
        {
            nameof(TransformerChain<>) => TransformerChain<ITransformer>.Read(context, reader),
            nameof(ColumnCopyingTransformer) => ColumnCopyingTransformer.Read(reader),
            nameof(ImageLoadingTransformer) => ImageLoadingTransformer.Read(reader),
            nameof(ImageResizingTransformer) => ImageResizingTransformer.Read(reader),
            nameof(ImagePixelExtractingTransformer) => ImagePixelExtractingTransformer.Read(reader),
            nameof(OnnxTransformer) => OnnxTransformer.Read(context, reader),
            _ => throw new FormatException($"The stand-in for ML.NET has no stage '{name}'."),
        };
    }
}
