using System.Text;
using static ZooPrune.ErrorText;

namespace ZooPrune.Onnx;

/// <summary>Messages about image files and pixels.</summary>
internal static partial class Throw
{
    public static ZooPruneException ImageMissing(string name) => Failed(
        $"Image '{name}': there is no such file. Expected a PNG or JPEG file; check the path (relative ones start at '{Directory.GetCurrentDirectory()}').");

    public static ZooPruneException ImageUnreadable(string name, Exception exception) => Failed(
        $"Image '{name}': it cannot be read ({exception.Message}). Expected a PNG or JPEG file that may be opened; check that it is a file and its permissions.",
        exception);

    public static ZooPruneException ImageEmpty(string name) => Failed(
        $"Image '{name}': the file has 0 bytes. Expected a PNG or JPEG file; copy or download it again.");

    public static ZooPruneException ImageFormatUnknown(string name, ReadOnlySpan<byte> file) => Failed(
        $"Image '{name}': it starts with the bytes {Start(file)}, which is {Guess(file)}. Expected PNG (89 50 4E 47) or JPEG (FF D8 FF); convert the file, its extension is not looked at.");

    public static ZooPruneException ImageTruncated(string name, ImageFormat format, int length, string missing) => Failed(
        $"Image '{name}': the {Name(format)} file stops after {length:N0} bytes without its {missing}. Expected a complete file; copy or download it again.");

    public static ZooPruneException ImageMalformed(string name, ImageFormat format, string found) => Failed(
        $"Image '{name}': the {Name(format)} file is broken, {found}. Expected a file that follows the format; copy, download or export it again.");

    public static ZooPruneException ImageComponents(string name, int components) => Failed(
        $"Image '{name}': the JPEG file has {components} colour components{(components == 4 ? " (CMYK)" : "")}. Expected 1 (grey) or 3 (colour); convert the file to RGB.");

    public static ZooPruneException ImageGrey16(string name) => Failed(
        $"Image '{name}': the PNG file has 16-bit grey samples without alpha. Expected samples of 8 bits, or 16-bit colour; convert the file, so that it is you who says which levels become black and white.");

    public static ZooPruneException ImageUndecodable(string name, ImageFormat format, Exception exception) => Failed(
        $"Image '{name}': the {Name(format)} file cannot be decoded ({FirstLine(exception)}). Expected a file that is intact; copy, download or export it again.",
        exception);

    public static ZooPruneException ImageTooLarge(string name, int width, int height, long limit) => Failed(
        $"Image '{name}': it has {width:N0} x {height:N0} = {(long)width * height:N0} pixels. At most {limit:N0} are decoded; make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels.");

    public static ZooPruneException PictureSides(int width, int height, int longest) => Failed(
        $"Image: it has {width:N0} x {height:N0} pixels. Sides of 1 to {longest:N0} are prepared; crop the image or make it smaller.");

    public static ZooPruneException PictureElongated(int width, int height, int most) => Failed(
        $"Image: it has {width:N0} x {height:N0} pixels. The model takes images whose longer side is at most {most} times the shorter; crop or pad the image.");

    public static ZooPruneException PictureResult(int width, int height, int resultWidth, int resultHeight, long most) => Failed(
        $"Image: {width:N0} x {height:N0} pixels would become {resultWidth:N0} x {resultHeight:N0}. At most {most:N0} pixels are prepared; crop the image or make it smaller, or lower the size in the model's preprocessor_config.json.");

    public static ArgumentException RgbLength(int got, int width, int height) => new(
        Text($"RGB pixels: there are {got:N0} bytes for {width:N0} x {height:N0} pixels. Expected {3L * width * height:N0}, three for each pixel; check the size and that there is no alpha channel or row padding."),
        "rgb");

    public static ZooPruneException ExtensionsMissing(Exception exception) => Failed(
        $"ONNX Runtime Extensions: the native library cannot be used ({FirstLine(exception)}). It decodes images and must lie beside the program (libortextensions.so, ortextensions.dll); build with ./build.sh or reference Microsoft.ML.OnnxRuntime.Extensions.",
        exception);

    private static string Name(ImageFormat format) => format == ImageFormat.Png ? "PNG" : "JPEG";

    private static string Start(ReadOnlySpan<byte> file)
    {
        var bytes = new StringBuilder();
        foreach (byte value in file[..Math.Min(4, file.Length)])
        {
            bytes.Append(bytes.Length > 0 ? " " : "").Append($"{value:X2}");
        }

        return bytes.ToString();
    }

    private static string Guess(ReadOnlySpan<byte> file) =>
        file.StartsWith("GIF8"u8) ? "a GIF file"
        : file.StartsWith("BM"u8) ? "a BMP file"
        : file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) ? "a TIFF file"
        : file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..].StartsWith("WEBP"u8) ? "a WebP file"
        : file.Length >= 12 && file[4..].StartsWith("ftyp"u8) ? "an AVIF, HEIC or video file"
        : file.StartsWith("%PDF"u8) ? "a PDF file"
        : "no image format that is known here";
}
