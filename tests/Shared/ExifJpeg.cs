namespace ZooPrune.Samples.Tests;

/// <summary>A picture that its EXIF orientation turns upside down: the circle at the top left is then at the bottom right.</summary>
internal static class ExifJpeg
{
    public const string Question = "Where is the orange circle in the image?";
    public const string AsStored = "top left";
    public const string AsTurned = "bottom right";

    /// <summary>The JPEG file: a held-out one of the model with one more segment, a directory with nothing but the orientation.</summary>
    /// <param name="modelFolder">models/shapes-vlm.</param>
    public static byte[] Create(string modelFolder)
    {
        byte[] jpeg = File.ReadAllBytes(Path.Combine(modelFolder, "heldout", "0001.jpg"));
        return
        [
            .. jpeg[..2],
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0,
            1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0,
            0, 0, 0, 0,
            .. jpeg[2..],
        ];
    }
}
