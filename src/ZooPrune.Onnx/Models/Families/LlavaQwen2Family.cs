namespace ZooPrune.Onnx.Models;

/// <summary>FastVLM (llava_qwen2): LLaVA-1.5's picture in the prompt of Qwen2. Its config.json has the language model's sizes at the top,
/// and
/// of the vision encoder none.</summary>
internal sealed class LlavaQwen2Family : IModelFamily
{
    private readonly LlavaFamily _llava = new();

    public string Prompt =>
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
        + $"{PromptTemplate.Image}\n{PromptTemplate.Question}<|im_end|>\n<|im_start|>assistant\n";

    public PositionMode Positions => _llava.Positions;

    public ImageLayout LayOut(ImageShape image, int tokensPerTile) => _llava.LayOut(image, tokensPerTile);
}
