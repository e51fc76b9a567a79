using System.Text.Json;
using System.Text.Json.Nodes;

namespace ZooPrune.MLNet;

/// <summary>The stages that can be saved, by name. A stage whose options change their meaning gets a higher version, and what reads the
/// older one stays. Immutable.</summary>
internal sealed class SavedStage
{
    private static readonly SavedStage[] All =
    [
        New<PreprocessImagesOptions>(PreprocessImagesStage.StageName, options => new PreprocessImagesStage(options)),
        New<EncodeImagesOptions>(EncodeImagesStage.StageName, options => new EncodeImagesStage(options)),
        New<PruneVisualTokensOptions>(PruneVisualTokensStage.StageName, options => new PruneVisualTokensStage(options)),
        New<GenerateTextOptions>(GenerateTextStage.StageName, options => new GenerateTextStage(options)),
        New<AnswerQuestionsOptions>(AnswerQuestionsStage.StageName, options => new AnswerQuestionsStage(options)),
    ];

    private readonly string _name;
    private readonly Type _options;
    private readonly Func<VisionStageOptions, StageDefinition> _create;

    private SavedStage(string name, Type options, Func<VisionStageOptions, StageDefinition> create)
    {
        _name = name;
        _options = options;
        _create = create;
    }

    /// <summary>Version of the options of every stage so far.</summary>
    private static int Version => 1;

    /// <summary>Types of the options of all stages that can be saved.</summary>
    public static IEnumerable<Type> OptionTypes => All.Select(stage => stage._options);

    /// <summary>Describes a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="json">How options are written.</param>
    /// <exception cref="NotSupportedException">The stage, or a value of an option, cannot be saved.</exception>
    public static SavedPart Describe(StageDefinition stage, JsonSerializerOptions json)
    {
        SavedStage known = Array.Find(All, known => known._options == stage.Options?.GetType())
            ?? throw Throw.StageCannotBeSaved(stage.Name);
        SavedJson.RequireSavable(stage.Options!);
        return new SavedPart(known._name, Version, JsonSerializer.SerializeToElement(stage.Options, known._options, json), File: null);
    }

    /// <summary>Makes a described stage anew.</summary>
    /// <param name="part">The description of a stage of ours.</param>
    /// <param name="json">How options are read.</param>
    /// <param name="here">What is different where the file is loaded.</param>
    /// <param name="file">The saved file, for messages.</param>
    /// <exception cref="ZooPruneException">This version does not know the stage or one of its options.</exception>
    /// <exception cref="ArgumentException">An option has a value that it cannot have here.</exception>
    public static StageDefinition Create(SavedPart part, JsonSerializerOptions json, ZooPruneLoadOptions here, string file)
    {
        SavedStage known = Array.Find(All, known => known._name == part.Stage)
            ?? throw Throw.UnknownSavedStage(file, part.Stage!, All.Select(known => known._name));
        if (part.Version != Version)
        {
            throw Throw.UnknownSavedStageVersion(file, known._name, part.Version, Version);
        }

        if (part.Options is not { ValueKind: JsonValueKind.Object } saved)
        {
            throw Throw.BrokenSave(file, $"stage {known._name} has no options");
        }

        JsonObject options = JsonObject.Create(saved)!;
        string folder = JsonNamingPolicy.CamelCase.ConvertName(nameof(PreprocessImagesOptions.ImageFolder));
        if (here.ImageFolder is { } imageFolder && options.ContainsKey(folder))
        {
            options[folder] = imageFolder;
        }

        try
        {
            var read = (VisionStageOptions)options.Deserialize(known._options, json)!;
            return known._create(read with { Cancellation = here.Cancellation });
        }
        catch (JsonException exception)
        {
            throw Throw.BrokenSave(file, $"the options of stage {known._name} cannot be read", exception);
        }
    }

    private static SavedStage New<TOptions>(string name, Func<TOptions, StageDefinition> create)
        where TOptions : VisionStageOptions => new(name, typeof(TOptions), options => create((TOptions)options));
}
