using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Makes the chain of a saved file anew. For one call; not thread-safe.</summary>
/// <param name="ml">Where ML.NET's stages are loaded.</param>
/// <param name="archive">The file.</param>
/// <param name="models">Takes the models over that are opened; the caller disposes it if reading fails.</param>
/// <param name="options">What is different here.</param>
internal sealed class ChainReader(MLContext ml, SavedArchive archive, LoadedModels models, ZooPruneLoadOptions options)
{
    private const int MostHeaderBytes = 64 << 20;

    private static readonly HashSet<string> CountingLoaders = new(StringComparer.Ordinal)
    {
        "CopyTransform", "ImageLoaderTransform", "ImageScalerTransf", "ImagePixelExtractor", "ImageGrayscaleTransf", "OnnxTransform",
        "TransformerChain",
    };

    private readonly List<ITransformer> _stages = [];

    /// <summary>Reads the file.</summary>
    /// <param name="schema">Schema of the chain's input.</param>
    public ZooPruneModel Read(out DataViewSchema schema)
    {
        SavedChain saved = archive.ReadDescription();
        try
        {
            schema = SavedColumn.ToSchema(saved.Schema, archive.Path);
            OpenModels(saved);
            ReadParts(saved);
            return new ZooPruneModel(new TransformerChain<ITransformer>([.. _stages]), models);
        }
        catch
        {
            foreach (IDisposable stage in _stages.OfType<IDisposable>())
            {
                stage.Dispose();
            }

            throw;
        }
    }

    private void OpenModels(SavedChain saved)
    {
        int referenced = saved.Models.Count(model => model.Folder is not null);
        if (options.ModelFolder is not null && referenced != 1)
        {
            throw Throw.ModelFolderForSeveral(archive.Path, referenced);
        }

        for (int i = 0; i < saved.Models.Count; i++)
        {
            string folder = saved.Models[i].Folder is { } reference ? Find(saved.Models[i], reference) : Unpack(saved.Models[i], i);
            var model = VisionLanguageModel.Load(folder, options.ModelOptions ?? ReadOptions(saved.Models[i]));
            models.Add(model);
            if (options.ModelOptions is null)
            {
                ModelFiles.CheckGraphs(saved.Models[i], model, archive.Path);
            }
        }
    }

    private string Find(SavedModel model, string reference)
    {
        // A path of one's own machine, or of another one in the network, is nothing that a file may choose.
        bool isOnADrive = reference.Length > 1 && reference[1] == ':';
        if (reference.Length == 0 || isOnADrive || Path.IsPathRooted(reference) || reference.AsSpan().ContainsAny('\\', '\0'))
        {
            throw Throw.BrokenSave(archive.Path, $"'{Throw.Shorten(reference)}' is no relative path of a model's folder");
        }

        string folder = options.ModelFolder is { } chosen
            ? Path.GetFullPath(chosen)
            : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(archive.Path)!, reference));
        ModelFiles.Check(model, folder, archive.Path);
        return folder;
    }

    private string Unpack(SavedModel model, int index)
    {
        string folder = models.NewFolder();
        foreach (SavedFile file in model.Files)
        {
            string target = Path.Combine(folder, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            archive.Unpack(SavedChain.ModelFileName(index, file), file, target);
        }

        return folder;
    }

    private VisionLanguageModelOptions ReadOptions(SavedModel model)
    {
        try
        {
            return model.Options.Deserialize<VisionLanguageModelOptions>(SavedJson.Plain) ?? throw new JsonException("There are none.");
        }
        catch (JsonException exception)
        {
            throw Throw.BrokenSave(archive.Path, "the options of a model cannot be read", exception);
        }
    }

    private void ReadParts(SavedChain saved)
    {
        JsonSerializerOptions json = SavedJson.WithModels([.. models.Opened]);
        foreach (SavedPart part in saved.Parts)
        {
            switch (part)
            {
                case { Stage: not null, File: null }:
                    StageDefinition stage = SavedStage.Create(part, json, options, archive.Path);
                    stage.Log = ml;
                    _stages.Add(new StageTransformer(stage));
                    break;
                case { Stage: null, Version: null, Options: null, File: { } file }:
                    _stages.AddRange(ChainStages.Of(ReadRun(file, saved.OnnxGpu)));
                    break;
                default:
                    throw Throw.BrokenSave(archive.Path, "a part is neither one stage of ours nor a file with ML.NET's");
            }
        }
    }

    /// <summary>Has ML.NET load stages of its own.</summary>
    private ITransformer ReadRun(SavedFile file, SavedGpu? gpu)
    {
        using TemporaryFile copy = new();
        archive.Unpack(file.Name, file, copy.Path);
        CheckUnpackedSize(copy.Path, file.Name);
        using FileStream stream = File.OpenRead(copy.Path);
        try
        {
            return ReadRun(stream, gpu);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // ML.NET has no error of its own for files that are broken.
            throw Throw.BrokenSave(
                archive.Path,
                $"ML.NET cannot load {file.Name}",
                exception is TargetInvocationException ? exception.GetBaseException() : exception);
        }
    }

    private ITransformer ReadRun(FileStream stream, SavedGpu? gpu)
    {
        if (gpu is null || options.IgnoreSavedGpu)
        {
            return ml.Model.Load(stream, out _);
        }

        // The only way to tell ML.NET: its ONNX stages look at the context when they are loaded.
        (int? device, bool fallback) = (ml.GpuDeviceId, ml.FallbackToCpu);
        try
        {
            (ml.GpuDeviceId, ml.FallbackToCpu) = (gpu.DeviceId, gpu.FallbackToCpu);
            return ml.Model.Load(stream, out _);
        }
        finally
        {
            (ml.GpuDeviceId, ml.FallbackToCpu) = (device, fallback);
        }
    }

    /// <summary>Unpacks a zip file to nowhere, up to a limit: what ML.NET saves is compressed, and ML.NET unpacks whatever there is. What
    /// its headers claim is not believed.</summary>
    /// <param name="zip">The zip file.</param>
    /// <param name="part">Name of the part that it is, for messages.</param>
    /// <exception cref="ZooPruneException">It is no zip file, has more bytes, or names that lead out of a folder.</exception>
    private void CheckUnpackedSize(string zip, string part)
    {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        try
        {
            using ZipArchive unpacked = ZipFile.OpenRead(zip);
            foreach (ZipArchiveEntry entry in unpacked.Entries)
            {
                string name = entry.FullName;
                if (Path.IsPathRooted(name) || name.Contains(':') || name.Split('/', '\\').Contains(".."))
                {
                    throw Throw.BrokenSave(archive.Path, $"{part} has an entry '{Throw.Shorten(name)}', which leads out of it");
                }

                long before = total;
                using Stream stream = entry.Open();
                using var header = new MemoryStream();
                for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
                {
                    total += read;
                    if (total > options.MaxUnpackedBytes)
                    {
                        throw Throw.PartTooLarge(archive.Path, part, options.MaxUnpackedBytes);
                    }

                    if (header.Length < MostHeaderBytes)
                    {
                        header.Write(buffer, 0, read);
                    }
                }

                ReadOnlySpan<byte> content = header.GetBuffer().AsSpan(0, (int)header.Length);
                CheckAssembly(content, part);
                CheckCounts(content, name, total - before, part);
            }
        }
        catch (InvalidDataException exception)
        {
            throw Throw.BrokenSave(archive.Path, $"{part} is no zip file", exception);
        }
    }

    /// <summary>Counts by which ML.NET makes arrays before it reads what is in them: of an ONNX stage's graph, and of the columns of stages
    /// that begin with their number.</summary>
    /// <exception cref="ZooPruneException">A count is more than there is.</exception>
    private void CheckCounts(ReadOnlySpan<byte> content, string name, long length, string part)
    {
        // In ML.NET's ModelHeader: place and length of the model at 0x10, its loader's name at 0x50.
        bool isWrong = false;
        if (name.EndsWith("/OnnxModel", StringComparison.Ordinal))
        {
            isWrong = content.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(content) != length - sizeof(int);
        }
        else if (content.StartsWith("ML\0MODEL"u8) && content.Length > 0x68
            && CountingLoaders.Contains(Encoding.ASCII.GetString(content[0x50..0x68]).TrimEnd('\0')))
        {
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(content[0x10..]);
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(content[0x18..]);
            isWrong = start > (ulong)(content.Length - sizeof(int))
                || BinaryPrimitives.ReadUInt32LittleEndian(content[(int)start..]) > Math.Min(bytes, (ulong)content.Length);
        }

        if (isWrong)
        {
            throw Throw.BrokenSave(archive.Path, $"{part} has an entry '{Throw.Shorten(name)}' that counts more than it has");
        }
    }

    /// <summary>ML.NET loads the assembly that a stage's header names. A file may name ML.NET's own, and what the program has loaded
    /// already.</summary>
    /// <exception cref="ZooPruneException">It names another one.</exception>
    private void CheckAssembly(ReadOnlySpan<byte> model, string part)
    {
        // ML.NET's ModelHeader: "ML\0MODEL", ..., at 0x90 place and length of the name in UTF-16.
        const int NamePlace = 0x90;
        if (!model.StartsWith("ML\0MODEL"u8) || model.Length < NamePlace + sizeof(ulong) + sizeof(uint))
        {
            return;
        }

        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(model[NamePlace..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(model[(NamePlace + sizeof(ulong))..]);
        if (length == 0)
        {
            return;
        }

        string name = start <= (ulong)model.Length && length <= (ulong)model.Length - start
            ? Encoding.Unicode.GetString(model.Slice((int)start, (int)length)).Split(',')[0].Trim()
            : throw Throw.BrokenSave(archive.Path, $"{part} names an assembly beyond its end");
        if (!name.StartsWith("Microsoft.ML.", StringComparison.Ordinal)
            && !AppDomain.CurrentDomain.GetAssemblies().Any(known => known.GetName().Name == name))
        {
            throw Throw.BrokenSave(
                archive.Path, $"{part} needs the assembly '{Throw.Shorten(name)}', which is neither ML.NET's nor loaded");
        }
    }
}
