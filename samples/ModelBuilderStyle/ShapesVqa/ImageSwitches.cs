using System.CommandLine;
using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>What both programs may be told about decoding images.</summary>
internal static class ImageSwitches
{
    /// <summary>Sets <see cref="Onnx.VisionLanguageModelOptions.ApplyExifOrientation"/>.</summary>
    public static Option<bool> ExifOrientation { get; } = new("--exif-orientation")
    {
        Description = "Turn pictures as their EXIF orientation asks. Default: as they are stored, as transformers' image processors do.",
    };

    /// <summary>Sets <see cref="Onnx.VisionLanguageModelOptions.MaxImagePixels"/>.</summary>
    /// <param name="usual">The limit without the option.</param>
    public static Option<string?> MaxImagePixels(long usual) => TextOption.Create(
        "--max-image-pixels",
        "N",
        string.Create(CultureInfo.InvariantCulture, $"Largest picture that is decoded (MaxImagePixels). Default: {usual} pixels."));
}
