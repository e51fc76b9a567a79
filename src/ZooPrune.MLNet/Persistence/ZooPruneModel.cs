using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>A whole chain in one file: ML.NET's stages as ML.NET saves them, ours with all their options, and which vision-language
/// models they work with. ML.NET's own Model.Save has no place for the stages of other packages.</summary>
/// <remarks>An instance is a loaded chain: a transformer like any other, thread-safe as its stages are. It owns what
/// <see cref="Load"/> opened: the ONNX sessions of ML.NET's stages, the vision-language models, one for all stages that shared one when
/// they were saved, and the files that embedded models were unpacked to. <see cref="Dispose"/> frees all of that; reading rows afterwards
/// throws. A PredictionEngine over it disposes it together with itself unless its options say otherwise.</remarks>
public sealed class ZooPruneModel : ITransformer, IDisposable
{
    private readonly TransformerChain<ITransformer> _chain;
    private readonly LoadedModels _models;

    internal ZooPruneModel(TransformerChain<ITransformer> chain, LoadedModels models)
    {
        _chain = chain;
        _models = models;
    }

    /// <summary>The vision-language models of the chain, which this object owns.</summary>
    public IReadOnlyList<VisionLanguageModel> Models => _models.Opened;

    /// <inheritdoc/>
    public bool IsRowToRowMapper => Chain.IsRowToRowMapper;

    /// <summary>The stages.</summary>
    internal ITransformer Chain => _chain;

    /// <summary>Saves a chain. The file is there whole or not at all: it is written beside its place and then moved there.</summary>
    /// <param name="chain">A chain of ML.NET's stages and ours, or a single one; a chain in it may be nested, or itself be loaded. Stages
    /// that were appended for training alone are left out.</param>
    /// <param name="schema">The schema of the chain's input: <see cref="Load"/> gives it back, without annotations and hidden
    /// columns.</param>
    /// <param name="path">The file; one that is there is replaced. Its folder exists. Keep it where it stays relative to the models'
    /// folders, or embed the models.</param>
    /// <param name="options">What else goes into the file; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="chain"/> or <paramref name="schema"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or in no folder, a column of the schema is of another
    /// package's type, or an option has a value it cannot have.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The schema is not one that the chain takes.</exception>
    /// <exception cref="NotSupportedException">A stage or a value of one of its options cannot be saved.</exception>
    /// <exception cref="InvalidOperationException">ML.NET cannot save one of the other stages.</exception>
    public static void Save(ITransformer chain, DataViewSchema schema, string path, ZooPruneSaveOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new ZooPruneSaveOptions();
        options.Validate();

        // Mistaking the output's schema for the input's would show only where the file is loaded.
        chain.GetOutputSchema(schema);
        ChainWriter.Write(chain, schema, Path.GetFullPath(path), options);
    }

    /// <summary>Loads a chain that <see cref="Save"/> saved, with this version or an earlier one. Before anything of it is used, the file
    /// is checked: versions, sizes, names, and the SHA-256 of every part and every file of a model.</summary>
    /// <remarks>What ML.NET saved is read by ML.NET, which is not made for hostile files: load files from people you trust.</remarks>
    /// <param name="ml">The context in which ML.NET's stages are loaded. If the file names a GPU for them, its GpuDeviceId and
    /// FallbackToCpu are changed while this method runs.</param>
    /// <param name="path">The file.</param>
    /// <param name="schema">The schema of the chain's input.</param>
    /// <param name="options">What is different here; null for nothing.</param>
    /// <returns>The chain. Dispose it after the last row has been read.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ml"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, an option has a value it cannot have, or an option of a stage
    /// has one that it cannot have here, such as a folder of images that is not there.</exception>
    /// <exception cref="ZooPruneException">The file is missing, broken, or of a later version; or a file of a model is missing or is not
    /// the one that was saved.</exception>
    public static ZooPruneModel Load(MLContext ml, string path, out DataViewSchema schema, ZooPruneLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new ZooPruneLoadOptions();
        options.Validate();
        using SavedArchive archive = SavedArchive.Open(Path.GetFullPath(path));
        var models = new LoadedModels();
        try
        {
            return new ChainReader(ml, archive, models, options).Read(out schema);
        }
        catch (Exception exception) when (exception is not (ZooPruneException or ArgumentException or OutOfMemoryException))
        {
            // Whatever a file can bring about, it is the file that is wrong.
            models.Dispose();
            throw Throw.BrokenSave(archive.Path, "it cannot be loaded", exception);
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Chain.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => Chain.Transform(input);

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Chain.GetRowToRowMapper(inputSchema);

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) => Chain.Save(ctx);

    /// <summary>Frees the sessions of all stages, the models and their unpacked files. Call it when no row is being read; a second call
    /// does nothing.</summary>
    public void Dispose()
    {
        _chain.Dispose();
        _models.Dispose();
    }
}
