namespace ZooPrune.Cli;

/// <summary>What a model folder holds. As JSON no key is ever left out; what could not be found out is null.</summary>
/// <param name="Model">The folder as it was typed.</param>
/// <param name="Family">"model_type" in config.json.</param>
/// <param name="IsUsable">Whether all that is needed is there and fits, as far as can be told without running it.</param>
/// <param name="Files">Small files and weights beside the graphs.</param>
/// <param name="Graphs">The graphs, in all precisions.</param>
/// <param name="Projector">The projector, wherever it was found.</param>
/// <param name="CacheBytesPerToken">Bytes of the KV cache for one token.</param>
/// <param name="PromptTokens">Tokens of a prompt with a question of a few words, without those of the picture.</param>
/// <param name="Pictures">Visual tokens of pictures of several sizes, and what pruning them saves.</param>
/// <param name="Problems">What is missing or does not fit, and what to do.</param>
internal sealed record InspectReport(
    string Model,
    string? Family,
    bool IsUsable,
    IReadOnlyList<FolderFile> Files,
    IReadOnlyList<GraphFacts> Graphs,
    ProjectorFacts? Projector,
    long? CacheBytesPerToken,
    int? PromptTokens,
    IReadOnlyList<ImageFacts> Pictures,
    IReadOnlyList<string> Problems);

/// <summary>A file of a model folder that is no graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsRequired">Whether the model needs it.</param>
/// <param name="Bytes">Its size; null = it is not there.</param>
internal sealed record FolderFile(string Name, bool IsRequired, long? Bytes);

/// <summary>A graph in one precision.</summary>
/// <param name="Part">Which part of the model it is.</param>
/// <param name="File">Its path in the model folder.</param>
/// <param name="Precision">By the end of its name.</param>
/// <param name="IsDefault">Whether it is the one that is loaded where no precision is asked for.</param>
/// <param name="Bytes">Its size with that of the files that its weights are in.</param>
/// <param name="MemoryBytes">Its weights once they are loaded; those in float16 at most, as float32.</param>
/// <param name="ExternalFiles">Files beside it that hold weights.</param>
/// <param name="Inputs">Inputs.</param>
/// <param name="Outputs">Outputs.</param>
internal sealed record GraphFacts(
    string Part,
    string File,
    string Precision,
    bool IsDefault,
    long Bytes,
    long? MemoryBytes,
    IReadOnlyList<FolderFile> ExternalFiles,
    IReadOnlyList<PortFacts> Inputs,
    IReadOnlyList<PortFacts> Outputs);

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions: numbers, or names where they are open.</param>
internal sealed record PortFacts(string Name, string Type, IReadOnlyList<string> Shape);

/// <summary>A projector.</summary>
/// <param name="Form">"Linear, GELU, Linear", "Linear", or "graph" for any other.</param>
/// <param name="InputWidth">D.</param>
/// <param name="HiddenWidth">H1; null where there is none.</param>
/// <param name="OutputWidth">H.</param>
/// <param name="Activation">Between the layers; null where there is none.</param>
/// <param name="File">The graph it is in.</param>
/// <param name="CutAt">The value of that graph that goes into it; null where the file holds nothing else.</param>
/// <param name="Sensitivity">How the sensitivity is found: "closed form" or "sampled".</param>
/// <param name="Note">Why so; null where nothing is to be said.</param>
internal sealed record ProjectorFacts(
    string Form,
    int? InputWidth,
    int? HiddenWidth,
    int? OutputWidth,
    string? Activation,
    string File,
    string? CutAt,
    string Sensitivity,
    string? Note);

/// <summary>A picture of one size.</summary>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Tiles">Images that the encoder sees.</param>
/// <param name="VisualTokens">N, which pruning chooses from.</param>
/// <param name="Newlines">Embeddings between rows of the picture (image_newline), which are always kept.</param>
/// <param name="PrefillTokens">Visual tokens, newlines and the prompt's text.</param>
/// <param name="CacheBytes">KV cache of the prefill.</param>
/// <param name="Budgets">What pruning saves.</param>
internal sealed record ImageFacts(
    int Width,
    int Height,
    int Tiles,
    int VisualTokens,
    int Newlines,
    int? PrefillTokens,
    long? CacheBytes,
    IReadOnlyList<BudgetFacts> Budgets);

/// <summary>What one budget saves.</summary>
/// <param name="Keep">The budget.</param>
/// <param name="Kept">K.</param>
/// <param name="SavedTokens">Tokens that the language model does not read.</param>
/// <param name="SavedShare">These as a share of the prefill, 0..1.</param>
/// <param name="CacheBytes">KV cache of what is left.</param>
internal sealed record BudgetFacts(string Keep, int Kept, int SavedTokens, double? SavedShare, long? CacheBytes);
