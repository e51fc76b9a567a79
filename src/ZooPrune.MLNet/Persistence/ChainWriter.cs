using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Writes a chain into a file. For one call; not thread-safe.</summary>
internal sealed class ChainWriter
{
    // Files of the same chain are the same, byte for byte, as far as ML.NET's are.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _archive;
    private readonly string _folder;
    private readonly bool _embedModels;
    private readonly List<VisionLanguageModel> _models = [];
    private readonly List<SavedPart> _model = [];

    private ChainWriter(ZipArchive archive, string folder, bool embedModels)
    {
        _archive = archive;
        _folder = folder;
        _embedModels = embedModels;
    }

    /// <summary>Writes the file beside its place and moves it there.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="schema">Schema of its input.</param>
    /// <param name="path">Full path of the file.</param>
    /// <param name="options">What goes into the file.</param>
    public static void Write(ITransformer chain, DataViewSchema schema, string path, ZooPruneSaveOptions options)
    {
        string folder = Path.GetDirectoryName(path) is { } found && Directory.Exists(found) ? found : throw Throw.NoFolderToSaveIn(path);
        string draft = Path.Combine(folder, $"{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
                {
                    new ChainWriter(archive, folder, options.EmbedModels).Write(chain, schema, options);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private void Write(ITransformer chain, DataViewSchema schema, ZooPruneSaveOptions options)
    {
        JsonSerializerOptions json = SavedJson.WithModels(_models);
        var run = new List<ITransformer>();
        foreach (ITransformer stage in ChainStages.Of(chain))
        {
            if (stage is not StageTransformer ours)
            {
                run.Add(stage);
                continue;
            }

            AddRun(run);
            _model.Add(SavedStage.Describe(ours.Stage, json));
        }

        AddRun(run);
        string writer = $"{typeof(ChainWriter).Assembly.GetName().Name} {typeof(ChainWriter).Assembly.GetName().Version!.ToString(3)}";
        SavedGpu? gpu = options.OnnxGpuDeviceId is { } device ? new SavedGpu(device, options.OnnxFallbackToCpu) : null;
        var saved = new SavedChain(
            SavedChain.FormatName,
            SavedChain.CurrentVersion,
            writer,
            gpu,
            SavedColumn.Describe(schema),
            [.. _models.Select(AddModel)],
            _model);
        using (Stream target = NewEntry(SavedChain.FileName))
        {
            JsonSerializer.Serialize(target, saved, SavedJson.Plain);
        }

        AddSignpost();
    }

    /// <summary>Adds what ML.NET's own Model.Load will find.</summary>
    private void AddSignpost()
    {
        using var saved = new MemoryStream();
        LoadSignpost.Save(saved);
        using var archive = new ZipArchive(saved, ZipArchiveMode.Read);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream source = entry.Open();
            using Stream target = NewEntry(entry.FullName);
            source.CopyTo(target);
        }
    }

    /// <summary>Has ML.NET save stages of its own that follow each other.</summary>
    private void AddRun(List<ITransformer> run)
    {
        if (run.Count == 0)
        {
            return;
        }

        using TemporaryFile file = new();
        using (FileStream stream = File.Create(file.Path))
        {
            new MLContext().Model.Save(new TransformerChain<ITransformer>([.. run]), inputSchema: null, stream);
        }

        string name = SavedChain.PartName(_model.Count);
        _model.Add(new SavedPart(Stage: null, Version: null, Options: null, ModelFiles.Measure(file.Path, name)));
        AddFile(file.Path, name);
        run.Clear();
    }

    private SavedModel AddModel(VisionLanguageModel model, int index)
    {
        IReadOnlyList<SavedFile> files = ModelFiles.Describe(model);
        JsonElement options = JsonSerializer.SerializeToElement(model.Options, SavedJson.Plain);
        if (!_embedModels)
        {
            return new SavedModel(RelativeFolder(model), options, files);
        }

        foreach (SavedFile file in files)
        {
            AddFile(Path.Combine(model.Files.Root, file.Name), SavedChain.ModelFileName(index, file));
        }

        return new SavedModel(Folder: null, options, files);
    }

    private string RelativeFolder(VisionLanguageModel model)
    {
        string relative = Path.GetRelativePath(_folder, model.Files.Root);
        return LoadedModels.WillGoAway(model) || Path.IsPathRooted(relative)
            ? throw Throw.ModelCannotBeReferenced(model.Files.Root, _folder)
            : relative.Replace('\\', '/');
    }

    private void AddFile(string path, string name)
    {
        using FileStream source = File.OpenRead(path);
        using Stream target = NewEntry(name);
        source.CopyTo(target);
    }

    /// <summary>Nothing is compressed: weights gain nothing by it, and a reader can refuse what would grow when it is unpacked.</summary>
    private Stream NewEntry(string name)
    {
        ZipArchiveEntry entry = _archive.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = NoTime;
        return entry.Open();
    }
}

/// <summary>The stages of a chain, chains in chains opened.</summary>
internal static class ChainStages
{
    /// <summary>The stages that take part in scoring, in order: a stage that was appended for training alone would change the answers if
    /// it came back as an ordinary one.</summary>
    public static IEnumerable<ITransformer> Of(ITransformer transformer)
    {
        if (transformer is ZooPruneModel loaded)
        {
            return Of(loaded.Chain);
        }

        // The chain's type parameter is the type of its last stage, which is not known here.
        Type type = transformer.GetType();
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(TransformerChain<>))
        {
            return [transformer];
        }

        object? scoring = type.GetMethod(nameof(TransformerChain<ITransformer>.GetModelFor))!
            .Invoke(transformer, [TransformerScope.Scoring]);
        return ((IEnumerable<ITransformer>)scoring!).SelectMany(Of);
    }
}
