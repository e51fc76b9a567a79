namespace ZooPrune.Onnx.Inspection;

/// <summary>What is missing in a model folder or does not fit, each with what to do about it.</summary>
/// <param name="folder">The folder as it was typed.</param>
internal sealed class Findings(string folder)
{
    private readonly List<string> _texts = [];
    private int _imageTexts;

    /// <summary>The model that the folder says it is: owner and name on the hub; null where it does not.</summary>
    public string? HubName { get; set; }

    /// <summary>All that was found, in its order.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Whether something is wrong with the model itself, and not only with a size of pictures that was asked for.</summary>
    public bool AreAboutTheModel => _texts.Count > _imageTexts;

    private string Source => HubName is null
        ? "take it from the hub folder that the others come from (docs/models.md lists some)"
        : $"take it from {HubName} on the Hugging Face hub, or from an ONNX copy of that";

    /// <summary>Something whose message has everything in it.</summary>
    public void Add(string text) => _texts.Add(text);

    public void FileMissing(string name, string purpose) =>
        Add($"Model folder '{folder}': {name} is missing. It {purpose}; {Source}.");

    /// <summary>Whether the folder's layout is another, which says of graphs more than that they are missing.</summary>
    public bool HasOtherLayout { get; set; }

    public void GraphMissing(GraphPart part)
    {
        if (!HasOtherLayout)
        {
            Add($"Model folder '{folder}': there is no onnx/{part.File}.onnx, in any precision. It is the {part.Name}; {Source}, in the "
            + "layout vision_encoder, embed_tokens, decoder_model_merged.");
        }
    }

    public void WeightsMissing(string graph, string file) =>
        Add($"Model folder '{folder}': {file} is missing. It holds weights of {graph}; download it with the graph, {Source}.");

    public void GraphUnreadable(string graph, Exception cause) =>
        Add($"Model folder '{folder}': {graph} cannot be read as ONNX ({cause.Message.TrimEnd('.')}). Expected a complete file; "
            + "download it again.");

    public void ImageImpossible(int width, int height, Exception cause)
    {
        Add($"Pictures of {width} x {height} pixels: {cause.Message}");
        _imageTexts++;
    }

    public void TokensUnknown(string graph) =>
        Add($"Model folder '{folder}': the number of visual tokens is open in {graph}, and config.json does not tell it either. "
            + "Expected vision_config.image_size and patch_size; add them to config.json.");
}
