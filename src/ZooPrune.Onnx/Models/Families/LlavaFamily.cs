namespace ZooPrune.Onnx.Models;

/// <summary>LLaVA-1.5, LLaVA-interleave and what is built like them (shapes-vlm too): one square image, one run of the encoder.</summary>
internal sealed class LlavaFamily : IModelFamily
{
    public string Prompt => $"USER: {PromptTemplate.Image}\n{PromptTemplate.Question} ASSISTANT:";

    public PositionMode Positions => PositionMode.Compact;

    public ImageLayout LayOut(ImageShape image, int tokensPerTile) =>
        image.Shape is [1, 3, _, _] or [3, _, _]
            ? ImageLayout.Plain(tokensPerTile)
            : throw Throw.ImageNotForFamily("llava", image, "one tile of shape [1, 3, S, S]");
}
