using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// About how much memory the vision encoder takes for a picture of any size: with its attention over all patches it grows with the square
/// of
/// the pixels. Immutable.
/// </summary>
/// <param name="Heads">Attention heads.</param>
/// <param name="Width">Width of a patch inside the encoder.</param>
/// <param name="HiddenWidth">Width inside its MLPs.</param>
/// <param name="PatchSize">Pixels of a patch's side.</param>
/// <param name="MergeSize">Patches of a visual token's side.</param>
/// <param name="ScoreBuffers">How often the scores of one layer, [heads, patches, patches], are in memory at once.</param>
internal sealed record EncoderMemory(
    int Heads, int Width, int HiddenWidth, int PatchSize, int MergeSize, double ScoreBuffers = EncoderMemory.WrittenOut)
{
    /// <summary>Scores, masked scores and their softmax, and what the allocator keeps besides: 3.3 to 3.4 measured with ONNX Runtime
    /// 1.31 at 1,600, 4,900 and 10,000 patches.</summary>
    private const double WrittenOut = 3.5;

    private const double Fused = 1;

    // The rest is the system's and other programs'.
    private const double Usable = 0.9;

    private const int BuffersOfAPatch = 8;

    /// <param name="configuration">config.json of Qwen2-VL or Qwen2.5-VL; what it lacks has the class's default.</param>
    /// <exception cref="ZooPruneException">A size is no positive whole number.</exception>
    public static EncoderMemory Read(JsonSection configuration)
    {
        JsonSection vision = configuration["vision_config"];
        int width = vision.Int32("embed_dim", 1, ushort.MaxValue) ?? vision.Int32("hidden_size", 1, ushort.MaxValue) ?? 1280;
        return new EncoderMemory(
            vision.Int32("num_heads", 1, ushort.MaxValue) ?? 16,
            width,
            vision.Int32("intermediate_size", 1, 1 << 20) ?? 4 * width,
            vision.Int32("patch_size", 1, 256) ?? 14,
            vision.Int32("spatial_merge_size", 1, 64) ?? 2);
    }

    /// <summary>The same for a graph: where no softmax is written out, one operator does the attention and keeps the scores once.</summary>
    /// <param name="path">The encoder's file.</param>
    public EncoderMemory For(string path)
    {
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            bool isWrittenOut = OnnxGraphReader.Read(file.Memory).Nodes.Any(node => node.Operator == "Softmax");
            return isWrittenOut ? this : this with { ScoreBuffers = Fused };
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            return this;
        }
    }

    /// <summary>Bytes for a picture of so many patches, weights aside.</summary>
    public double BytesOf(long patches) =>
        sizeof(float) * ((ScoreBuffers * Heads * patches * patches) + ((double)patches * ((BuffersOfAPatch * Width) + (2 * HiddenWidth))));

    /// <summary>Most pixels that take no more memory, in whole visual tokens; one visual token at least.</summary>
    public long PixelsWithin(double bytes)
    {
        double linear = (BuffersOfAPatch * Width) + (2 * HiddenWidth);
        double square = ScoreBuffers * Heads;
        double patches = (Math.Sqrt((linear * linear) + (4 * square * Math.Max(0, bytes) / sizeof(float))) - linear) / (2 * square);
        long token = (long)MergeSize * MergeSize;
        return Math.Max(1, (long)(patches / token)) * token * PatchSize * PatchSize;
    }

    /// <param name="patches">Patches of a picture.</param>
    /// <param name="limit">Bytes that there are; null = what the machine or the container has, without what the process takes
    /// already.</param>
    /// <exception cref="ZooPruneException">They are more than that.</exception>
    public void Check(long patches, long? limit)
    {
        double bytes = BytesOf(patches);
        long total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        double available = limit ?? Math.Max(0, (Usable * total) - Environment.WorkingSet);
        if (bytes > available && (limit is not null || total > 0))
        {
            throw Throw.EncoderMemory(patches, patches * PatchSize * PatchSize, bytes, available, PixelsWithin(available));
        }
    }
}
