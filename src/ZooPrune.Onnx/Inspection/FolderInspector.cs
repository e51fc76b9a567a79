using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;
using ZooPrune.Text;

namespace ZooPrune.Onnx.Inspection;

/// <summary>Finds out what a model folder holds. What is broken or missing becomes a finding, and the rest is told all the same.</summary>
/// <param name="model">The folder.</param>
/// <param name="sizes">Sizes of images.</param>
/// <param name="budgets">Budgets to compare; null = those that go with the family.</param>
/// <param name="maxPixels">Most pixels of a resized picture; null = what the folder says.</param>
internal sealed class FolderInspector(
    string model, IReadOnlyList<(int Width, int Height)> sizes, IReadOnlyList<KeepBudget>? budgets, long? maxPixels)
{
    /// <summary>The question whose prompt is counted.</summary>
    private const string Question = "What is in the picture?";

    private readonly string _root = Path.GetFullPath(model);
    private readonly Findings _findings = new(model);

    /// <exception cref="ZooPruneException">There is no such folder.</exception>
    public ModelReport Inspect()
    {
        if (!Directory.Exists(_root))
        {
            throw File.Exists(_root) ? Throw.ModelFolderIsFile(model)
                : OtherLayout.IsHubName(model) ? Throw.ModelIsHubName(model)
                : Throw.ModelFolderMissing(model);
        }

        using JsonFile? configuration = Try(OpenConfiguration);
        string? type = Try(() => configuration?.Root.Text("model_type"));
        IModelFamily? family = Try(() => configuration is null ? null : ModelFamilies.Read(configuration.Root));
        _findings.HubName = HubName(Try(() => configuration?.Root.Text("_name_or_path")));
        IReadOnlyList<FolderFile> files = SmallFiles.List(_root, family?.NewlineNames.Count > 0, _findings);
        string graphFolder = Path.Combine(_root, "onnx");
        var graphFiles = new GraphFiles(Directory.Exists(graphFolder) ? graphFolder : _root);
        if (GraphPart.All.Any(part => part.IsRequired && graphFiles.PrecisionsOf(part.File).Count == 0)
            && OtherLayout.Of(_root) is { } layout)
        {
            _findings.HasOtherLayout = true;
            _findings.Add(Throw.ModelLayout(model, layout).Message);
        }

        IReadOnlyList<GraphFacts> graphs = new GraphInspector(_root, _findings).List(graphFiles);
        if (family is not null)
        {
            CheckInputs(family, graphs);
        }

        ProjectorFacts? projector = ProjectorInspector.Find(_root, graphs, _findings);
        GraphFacts? encoder = Default(graphs, GraphPart.VisionEncoder);
        GraphFacts? decoder = Default(graphs, GraphPart.Decoder);

        long? cache = configuration is null || decoder is null ? null : Try(() => CacheSize.PerToken(decoder, configuration.Root));
        if (_findings.Texts.Count == 0)
        {
            Check(family!, projector, encoder!, decoder!);
        }

        int? prompt = _findings.Texts.Count == 0 ? Try(() => (int?)CountPrompt()) : null;
        bool isComplete = files.All(file => file is { IsRequired: false } or { Bytes: not null });
        IReadOnlyList<ImageFacts> pictures = configuration is null || family is null || encoder is null || !isComplete
            ? []
            : Pictures(configuration.Root, family, encoder, prompt, cache);
        return new ModelReport(
            model, type, !_findings.AreAboutTheModel, files, graphs, projector, cache, prompt, pictures, _findings.Texts);
    }

    private JsonFile? OpenConfiguration()
    {
        string path = Path.Combine(_root, "config.json");
        return File.Exists(path) ? JsonFile.Open(path) : null;
    }

    /// <summary>Whether every graph asks for what it is given and for nothing else.</summary>
    private void CheckInputs(IModelFamily family, IReadOnlyList<GraphFacts> graphs)
    {
        foreach (GraphFacts graph in graphs.Where(graph => graph.MemoryBytes is not null))
        {
            GraphInputs given = graph.Part == GraphPart.VisionEncoder.Name ? GraphInputs.EncoderOf(family)
                : graph.Part == GraphPart.Embeddings.Name ? GraphInputs.Embeddings
                : graph.Part == GraphPart.Decoder.Name ? GraphInputs.Decoder
                : GraphInputs.Projector(graph.Inputs);
            if (given.Problem(graph.File, graph.Inputs, graph.Outputs) is { } problem)
            {
                _findings.Add(problem.Message);
            }
        }
    }

    /// <summary>What can be told without running anything, where all files are there.</summary>
    private void Check(IModelFamily family, ProjectorFacts? projector, GraphFacts encoder, GraphFacts decoder)
    {
        Try(() => CheckImageSize(encoder));
        if (family.NewlineNames.Count > 0)
        {
            Try(() => ModelWeights.Find(_root, family.NewlineNames) ?? throw Throw.NewlineEmbeddingMissing(_root, family.NewlineNames));
        }

        string? width = decoder.Inputs.FirstOrDefault(input => input.Name == "inputs_embeds")?.Shape[^1];
        if (projector?.OutputWidth is { } projected && int.TryParse(width, out int embedded) && projected != embedded)
        {
            (string output, string input) = ($"its output is {projected} wide", $"whose 'inputs_embeds' is {embedded} wide");
            _findings.Add(Throw.GraphMismatch(projector.File, output, decoder.File, input).Message);
        }
    }

    /// <summary>Whether the encoder takes pictures of the size that the image processor makes.</summary>
    private string? CheckImageSize(GraphFacts encoder)
    {
        string file = PreprocessorLoader.FileIn(_root);
        (int Height, int Width)? made = PreprocessorLoader.Load(file).TileSize;
        IReadOnlyList<string> taken = encoder.Inputs.First(input => input.Name == "pixel_values").Shape;
        if (made is (int height, int width) && taken is [_, _, var rows, var columns]
            && ((int.TryParse(rows, out int down) && down != height) || (int.TryParse(columns, out int across) && across != width)))
        {
            throw Throw.GraphMismatch(
                encoder.File, $"it takes images of {rows} x {columns} "
                    + $"pixels", Path.GetFileName(file), $"which makes them {height} x {width}");
        }

        return null;
    }

    private static GraphFacts? Default(IEnumerable<GraphFacts> graphs, GraphPart part) =>
        graphs.FirstOrDefault(graph => graph.Part == part.Name && graph.IsDefault);

    private static string? HubName(string? name) =>
        name is not null && name.Split('/') is [{ Length: > 0 }, { Length: > 0 }] && !name.StartsWith('.') && !Path.IsPathRooted(name)
            ? name
            : null;

    /// <summary>
    /// Tokens of a prompt without those of the picture. This reads the whole configuration, and so finds what is wrong with it.
    /// </summary>
    private int CountPrompt()
    {
        ModelFolder folder = ModelFolder.Open(_root);
        ModelConfiguration configuration = ModelConfiguration.Load(folder);
        Prompt prompt = LoadedModel.LoadPrompts(folder, configuration, Tokenizer.Load(folder.Tokenizer)).Build(Question);
        return prompt.Segments.Sum(segment => segment.Length);
    }

    private IReadOnlyList<ImageFacts> Pictures(JsonSection configuration, IModelFamily family, GraphFacts encoder, int? prompt, long? cache)
    {
        int known = _findings.Texts.Count;
        if (Try(() => ImageTokens.Read(_root, family, configuration, encoder, maxPixels)) is not { } tokens)
        {
            if (_findings.Texts.Count == known)
            {
                _findings.TokensUnknown(encoder.File);
            }

            return [];
        }

        IReadOnlyList<KeepBudget> compared = budgets ?? PublishedBudgets.Of(tokens.IsTiled, tokens.TileTokens);
        var pictures = new List<ImageFacts>();
        foreach ((int width, int height) in sizes)
        {
            try
            {
                pictures.Add(Picture(tokens, width, height, compared, prompt, cache));
            }
            catch (Exception exception) when (exception is ZooPruneException or ArgumentException)
            {
                _findings.ImageImpossible(width, height, exception);
            }
        }

        return pictures;
    }

    private static ImageFacts Picture(ImageTokens tokens, int width, int height, IEnumerable<KeepBudget> budgets, int? prompt, long? cache)
    {
        (int tiles, ImageLayout layout) = tokens.Of(width, height);
        int count = layout.SequenceLength - layout.NewlineCount;
        int? prefill = prompt + layout.SequenceLength;
        return new ImageFacts(width, height, tiles, count, layout.NewlineCount, prefill, prefill * cache, [.. budgets.Select(budget =>
        {
            int kept = budget.Resolve(count);
            int saved = count - kept;
            double? share = prefill is { } all ? Math.Round((double)saved / all, 4) : null;
            return new BudgetFacts(budget.ToString(), kept, saved, share, (prefill - saved) * cache);
        })]);
    }

    private T? Try<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is ZooPruneException or ArgumentException)
        {
            _findings.Add(exception.Message);
            return default;
        }
    }
}
