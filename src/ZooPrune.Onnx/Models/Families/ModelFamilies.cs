namespace ZooPrune.Onnx.Models;

/// <summary>Every kind of model that can be loaded, by "model_type" in config.json.</summary>
internal static class ModelFamilies
{
    private static readonly Dictionary<string, Func<JsonSection, IModelFamily>> All = new(StringComparer.Ordinal)
    {
        ["llava"] = _ => new LlavaFamily(),
        ["llava_next"] = LlavaNextFamily.Read,
        ["qwen2_vl"] = Qwen2VLFamily.Read,
        ["qwen2_5_vl"] = Qwen2VLFamily.Read,
        ["llava_qwen2"] = _ => new LlavaQwen2Family(),
    };

    /// <summary>The values of "model_type" that are known.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <param name="configuration">config.json.</param>
    /// <exception cref="ZooPruneException">It names no kind, or one that is not known, or lacks what the kind needs.</exception>
    public static IModelFamily Read(JsonSection configuration)
    {
        string type = configuration.RequiredText("model_type");
        return All.TryGetValue(type, out Func<JsonSection, IModelFamily>? read)
            ? read(configuration)
            : throw configuration.Unsupported("model_type", type, string.Join(", ", Names));
    }
}
