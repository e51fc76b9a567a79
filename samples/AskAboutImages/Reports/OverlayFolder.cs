using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Draws the overlays of a run's first images.</summary>
internal static class OverlayFolder
{
    /// <summary>Writes one PNG for each of the first images that were answered.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="imageFolder">Where image paths start.</param>
    /// <param name="results">The run.</param>
    /// <returns>The files written; empty if none was asked for.</returns>
    /// <exception cref="UsageException">The folder cannot be written to.</exception>
    public static IReadOnlyList<string> Write(
        VisionLanguageModel model, string folder, int count, string imageFolder, IEnumerable<QuestionResult> results)
    {
        List<string> written = [];
        IEnumerable<QuestionResult> first = results.Where(result => result.Pruned.Error is null)
            .DistinctBy(result => result.Question.Image)
            .Take(count);
        try
        {
            foreach (QuestionResult result in first)
            {
                GivenAnswer answer = result.Pruned;
                Directory.CreateDirectory(folder);
                string image = result.Question.Image;
                string name = $"{written.Count + 1:00}-{Path.GetFileNameWithoutExtension(image)}-kept-{answer.KeptIndices.Count}.png";
                string path = Path.Combine(folder, name);
                File.WriteAllBytes(path, TokenOverlay.Draw(model, Path.Combine(imageFolder, image), answer.KeptIndices));
                written.Add(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Shell.Throw.CannotWrite("--overlays", folder, e);
        }

        return written;
    }
}
