namespace ZooPrune.Onnx;

/// <summary>What all models of one kind have in common and their folder need not say. Immutable.</summary>
/// <param name="ModelType">"model_type" in config.json.</param>
/// <param name="Prompt">Prompt template that the kind was trained with.</param>
/// <param name="Positions">Positions of kept tokens that the method publishes for the kind.</param>
internal sealed record ModelFamily(string ModelType, string Prompt, PositionMode Positions)
{
    private static readonly ModelFamily[] All = [LlavaFamily.Instance];

    /// <summary>The family that a configuration names.</summary>
    /// <exception cref="ZooPruneException">It names none, or one that is not supported.</exception>
    public static ModelFamily Of(JsonSection configuration)
    {
        string type = configuration.RequiredText("model_type");
        return All.FirstOrDefault(family => family.ModelType == type)
            ?? throw configuration.Unsupported("model_type", type, string.Join(", ", All.Select(family => family.ModelType)));
    }
}
