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
        for (int start = 0, end; start < images.Count; start = end)
        {
            int tiles = VisionEncoder.TilesOf(images[start]);
            end = start + 1;
            while (!encoder.TakesPatches && end < images.Count && tiles + VisionEncoder.TilesOf(images[end]) <= mostTiles)
            {
                tiles += VisionEncoder.TilesOf(images[end++]);
            }

            PreparedImage[] together = [.. images.Skip(start).Take(end - start)];
            long began = Stopwatch.GetTimestamp();
            float[][] tokens = encoder.EncodeUnchecked(together);
            TimeSpan tile = Stopwatch.GetElapsedTime(began) / tiles;
            for (int i = 0; i < together.Length; i++)
            {
                yield return (tokens[i], tile * VisionEncoder.TilesOf(together[i]));
            }
        }
    }
}
