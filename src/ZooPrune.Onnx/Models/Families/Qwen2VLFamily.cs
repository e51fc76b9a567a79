namespace ZooPrune.Onnx.Models;

/// <summary>
/// Qwen2-VL and Qwen2.5-VL: a picture at about its own size, patches merged two by two into visual tokens, and positions of three
/// numbers (mRoPE): frame, row and column for visual tokens, the same number thrice for text, which goes on after the largest.
/// </summary>
/// <param name="mergeSize">Patches of a visual token's side.</param>
/// <param name="memory">What the encoder takes.</param>
internal sealed class Qwen2VLFamily(int mergeSize, EncoderMemory? memory = null) : IModelFamily
{
    private const int LargestMerge = 64;

    public EncoderMemory? EncoderMemory => memory;

    public string Prompt =>
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
        + $"<|vision_start|>{PromptTemplate.Image}<|vision_end|>{PromptTemplate.Question}<|im_end|>\n<|im_start|>assistant\n";

    public PositionMode Positions => PositionMode.KeepOriginal;

    public int PositionAxes => 3;

    public ImageMeasure Measure => ImageMeasure.PatchGrid;

    /// <exception cref="ZooPruneException">config.json has a wrong merge size.</exception>
    public static Qwen2VLFamily Read(JsonSection configuration) =>
        new(configuration["vision_config"].Int32("spatial_merge_size", 1, LargestMerge) ?? 2, EncoderMemory.Read(configuration));

    public ImageLayout LayOut(ImageShape image, int tokensPerTile)
    {
        if (image.GridThw is not [var frames, var patchRows, var patchColumns]
            || image.Shape is not [var patches, _]
            || (long)frames * patchRows * patchColumns != patches
            || patchRows % mergeSize != 0
            || patchColumns % mergeSize != 0)
        {
            throw Throw.ImageNotForFamily(
                "qwen2_vl", image, $"patches of shape [frames x rows x columns, width] and GridThw of that, rows and columns in "
                    + $"multiples of {mergeSize}");
        }

        (int rows, int columns) = (patchRows / mergeSize, patchColumns / mergeSize);
        int count = frames * rows * columns;
        int[] offsets = new int[3 * count];
        for (int i = 0; i < count; i++)
        {
            offsets[3 * i] = i / (rows * columns);
            offsets[(3 * i) + 1] = i / columns % rows;
            offsets[(3 * i) + 2] = i % columns;
        }

        return new ImageLayout([.. Enumerable.Range(0, count)], count, count, offsets, Math.Max(frames, Math.Max(rows, columns)));
    }
}
