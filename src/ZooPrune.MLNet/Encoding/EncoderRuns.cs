using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Runs the vision encoder over images, several tiles a run. Stateless.</summary>
internal static class EncoderRuns
{
    /// <summary>Tiles beyond which a run gains nothing on two cores.</summary>
    public const int MostTiles = 8;

    /// <param name="encoder">The encoder.</param>
    /// <param name="images">Prepared for it.</param>
    /// <param name="mostTiles">Most tiles of a run, which bounds its memory; an image that has more is run alone.</param>
    /// <returns>For each image its visual tokens, whatever their values, and its share of the time of its run.</returns>
    public static IEnumerable<(float[] Tokens, TimeSpan Time)> Encode(VisionEncoder encoder, IReadOnlyList<PreparedImage> images, int mostTiles)
    {
        // Patches of several images cannot be run together.
        foreach (PreparedImage[] together in BatchSizes.Split(images, image => VisionEncoder.TilesOf(image), encoder.TakesPatches ? 1 : mostTiles))
        {
            long start = Stopwatch.GetTimestamp();
            float[][] tokens = encoder.EncodeUnchecked(together);
            TimeSpan tile = Stopwatch.GetElapsedTime(start) / together.Sum(VisionEncoder.TilesOf);
            foreach ((PreparedImage image, float[] values) in together.Zip(tokens))
            {
                yield return (values, tile * VisionEncoder.TilesOf(image));
            }
        }
    }
}
