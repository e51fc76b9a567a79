using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>
/// Finds image files that cannot be used before the pipeline opens them. ML.NET's LoadImages decodes whatever its image library makes
/// of a file: half of a truncated picture, or 1.6 GB for one of 20,000 x 20,000 pixels. The model's own decoder refuses both.
/// </summary>
internal static class ImageCheck
{
    /// <summary>Checks each image once.</summary>
    /// <returns>For each bad image, as the questions spell it, what is wrong with it.</returns>
    public static Dictionary<string, string> Run(
        VisionLanguageModel model,
        string imageFolder,
        IEnumerable<Question> questions,
        IAnsiConsole progress,
        CancellationToken cancellation)
    {
        string[] images = [.. questions.Select(question => question.Image).Distinct()];
        Dictionary<string, string> bad = [];
        ProgressDisplay.Run(progress, "checking images", images.Length, step =>
        {
            foreach (string image in images)
            {
                cancellation.ThrowIfCancellationRequested();
                if (Check(model, Path.Combine(imageFolder, image)) is { } problem)
                {
                    bad.Add(image, problem);
                }

                step();
            }
        });
        return bad;
    }

    private static string? Check(VisionLanguageModel model, string path)
    {
        try
        {
            model.Prepare(path);
            return null;
        }
        catch (Exception e) when (e is ZooPruneException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return e.Message;
        }
    }
}
