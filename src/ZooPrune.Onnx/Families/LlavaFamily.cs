namespace ZooPrune.Onnx;

/// <summary>LLaVA-1.5 and what is built like it: one square image, one run of the encoder, a Linear-GELU-Linear projector.</summary>
internal static class LlavaFamily
{
    public static ModelFamily Instance { get; } = new(
        "llava",
        $"USER: {PromptTemplate.Image}\n{PromptTemplate.Question} ASSISTANT:",
        PositionMode.Compact);
}
