namespace ZooPrune.Onnx.Tests;

/// <summary>Steps of an answer on arrays, as tests compare them.</summary>
internal static class ModelSteps
{
    /// <summary>X, row-major [N, D].</summary>
    public static float[] EncodeToArray(this VisionLanguageModel model, PreparedImage image) => model.Encode(image).VisualTokens.ToArray();

    public static VisionAnswer Generate(
        this VisionLanguageModel model,
        ReadOnlySpan<float> keptTokens,
        IReadOnlyList<int> keptIndices,
        ImageLayout layout,
        string question,
        int maxNewTokens = 32) => model.Answer(
            [new ChatTurn(ChatTurn.User, question, [new PrunedImage(keptTokens.ToArray(), keptIndices, layout)])],
            new GenerationOptions { MaxNewTokens = maxNewTokens });

    public static VisionAnswer Generate(
        this VisionLanguageModel model,
        ReadOnlySpan<float> keptTokens,
        IReadOnlyList<int> keptIndices,
        int tokenCount,
        string question,
        int maxNewTokens = 32) =>
        model.Generate(keptTokens, keptIndices, ImageLayout.Plain(tokenCount), question, maxNewTokens);

    public static VisionAnswer Generate(this VisionLanguageModel model, PrefixCache image, string question, int maxNewTokens = 32) =>
        model.Answer(image, question, new GenerationOptions { MaxNewTokens = maxNewTokens });

    public static PrefixCache CachePrefix(
        this VisionLanguageModel model, ReadOnlySpan<float> keptTokens, IReadOnlyList<int> keptIndices, ImageLayout layout) =>
        model.CachePrefix(new PrunedImage(keptTokens.ToArray(), keptIndices, layout));

    public static PrefixCache CachePrefix(
        this VisionLanguageModel model, ReadOnlySpan<float> keptTokens, IReadOnlyList<int> keptIndices, int tokenCount) =>
        model.CachePrefix(keptTokens, keptIndices, ImageLayout.Plain(tokenCount));
}
