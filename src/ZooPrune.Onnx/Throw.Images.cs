using System.Text;
using SkiaSharp;

namespace ZooPrune.Onnx;

/// <summary>Messages about image files and pixels.</summary>
internal static partial class Throw
{
    private const string ImageFormats = "PNG, JPEG, WebP, GIF or BMP";

    public static ZooPruneException ImageMissing(string name)
    {
        // Of a full path nobody needs to know where the program was started.
        string start = Path.IsPathRooted(name) ? "" : $" (relative ones start at '{Directory.GetCurrentDirectory()}')";
        return Failed($"Image '{Shown(name)}': there is no such file. Expected a {ImageFormats} file; check the path{start}.");
    }

    public static ZooPruneException ImageIsAddress(string name) => Failed(
        $"Image '{Shown(name)}': it is an address of the network. Expected a file or a data URI, since nothing is fetched unasked; "
        + $"download "
        + $"the image and name the file.");

    public static ZooPruneException DataUriForm(string name) => Failed(
        $"Image '{Shown(name)}': the data URI is not in base64. Expected data:image/png;base64,..., with a {ImageFormats} file; encode "
        + $"it so.");

    public static ZooPruneException DataUriContent(string name) => Failed(
        $"Image '{Shown(name)}': what the data URI has after the comma is no base64. Expected a whole {ImageFormats} file in base64; "
        + $"encode it "
        + $"again.");

    public static ZooPruneException ImageIsFolder(string name) => Failed(
        $"Image '{Shown(name)}': it is a folder. Expected a {ImageFormats} file; name a file in it.");

    public static ZooPruneException ImageUnreadable(string name, Exception exception) => Failed(
        $"Image '{Shown(name)}': it cannot be read ({exception.Message}). Expected a {ImageFormats} file that may be opened; check that "
        + $"it is a "
        + $"file and its permissions.",
        exception);

    public static ZooPruneException ImageEmpty(string name) => Failed(
        $"Image '{Shown(name)}': the file has 0 bytes. Expected a {ImageFormats} file; copy or download it again.");

    public static ZooPruneException ImageEmptyFile(string name) => Failed(
        $"Image '{Shown(name)}': the file has 0 bytes. Expected a {ImageFormats} file; copy or download it again, or if it is a pipe or a "
        + $"device, save to a file what it gives.");

    public static ZooPruneException ImageFileTooLong(string name, long length, long limit, long pixels) => Failed(
        $"Image '{Shown(name)}': the file has {length:N0} bytes. At most {limit:N0} are read where {pixels:N0} pixels are decoded; make "
        + $"the "
        + $"image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).");

    public static ZooPruneException ImageFormatUnknown(string name, ReadOnlySpan<byte> file) => Failed(
        $"Image '{Shown(name)}': it starts with the bytes {Start(file)}, which is {Guess(file)}. Expected {ImageFormats}; save it as PNG "
        + $"or "
        + $"JPEG, its extension is not looked at.");

    public static ZooPruneException ImageTruncated(string name, SKEncodedImageFormat format, int length, string missing) => Failed(
        $"Image '{Shown(name)}': the {Name(format)} file stops after {length:N0} bytes without its {missing}. Expected a complete file; "
        + $"copy or "
        + $"download it again.");

    public static ZooPruneException ImageMalformed(string name, SKEncodedImageFormat format, string found) => Failed(
        $"Image '{Shown(name)}': the {Name(format)} file is broken, {found}. Expected a file that follows the format; copy, download or "
        + $"export "
        + $"it again.");

    public static ZooPruneException ImageScans(string name, long pixels, int scans) => Failed(
        $"Image '{Shown(name)}': the JPEG file goes over its {pixels:N0} pixels more than {scans} times. Expected about ten scans, as "
        + $"encoders "
        + $"write them; save the image again.");

    public static ZooPruneException ImageGrey16(string name) => Failed(
        $"Image '{Shown(name)}': the PNG file has 16-bit grey samples without alpha. Expected samples of 8 bits, or 16-bit colour; "
        + $"convert the "
        + $"file, so that it is you who says which levels become black and white.");

    public static ZooPruneException ImageUndecodable(string name, SKEncodedImageFormat format, SKCodecResult result) => Failed(
        $"Image '{Shown(name)}': the {Name(format)} file cannot be decoded (Skia says {result}). Expected a file that is intact; copy, "
        + $"download "
        + $"or export it again.");

    public static ZooPruneException ImageTooLarge(string name, int width, int height, long limit) => Failed(
        $"Image '{Shown(name)}': it has {width:N0} x {height:N0} = {(long)width * height:N0} pixels. At most {limit:N0} are decoded; "
        + $"make the "
        + $"image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).");

    public static ZooPruneException ImageSides(int width, int height, int longest) => Failed(
        $"Image: it has {width:N0} x {height:N0} pixels. Sides of 1 to {longest:N0} are prepared; crop the image or make it smaller.");

    public static ZooPruneException ImageElongated(int width, int height, int most) => Failed(
        $"Image: it has {width:N0} x {height:N0} pixels. The model takes images whose longer side is at most {most} times the shorter; "
        + $"crop or pad the image.");

    public static ZooPruneException ImageResult(int width, int height, int resultWidth, int resultHeight, long most) => Failed(
        $"Image: {width:N0} x {height:N0} pixels would become {resultWidth:N0} x {resultHeight:N0}. At most {most:N0} pixels are "
        + $"prepared; crop the image or make it smaller, or lower the size in the configuration of the model's image processor.");

    public static ZooPruneException MaxPixelsOfOneSize(string path, string processor) => Failed(
        $"File '{path}': its image processor is {processor}, which makes pictures of the model's own size. "
        + $"VisionLanguageModelOptions.MaxPixels "
        + $"(--max-pixels) is for models of any size, Qwen2-VL and Qwen2.5-VL; leave it out.");

    public static ZooPruneException EncoderMemory(long patches, long pixels, double bytes, double available, long most) => Failed(
        $"Image: prepared it has {pixels:N0} pixels, {patches:N0} patches, for which the vision encoder and its attention take about "
        + $"{Gigabytes(bytes)} GB of memory. There are {Gigabytes(available)} GB; load the model with "
        + $"VisionLanguageModelOptions.MaxPixels = "
        + $"{most} (--max-pixels {most}) or less, or make the picture smaller.");

    private static string Gigabytes(double bytes) => (bytes / 1e9).ToString("N1", System.Globalization.CultureInfo.InvariantCulture);

    public static ArgumentException RgbLength(int got, int width, int height) => new(
        Text($"RGB pixels: there are {got:N0} bytes for {width:N0} x {height:N0} pixels. Expected {3 * (Int128)width * height:N0}, "
            + $"three for each pixel; check the size and that there is no alpha channel or row padding."),
        "rgb");

    /// <summary>A name as messages show it: a path of any usual length whole, of a data URI or a cell that is no path the
    /// beginning.</summary>
    private static string Shown(string name)
    {
        const int Longest = 300;
        const int Start = 40;
        return name.Length > Longest || (name.Length > Start && name.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            ? Text($"{name[..Start]}... ({name.Length:N0} characters)")
            : name;
    }

    private static string Name(SKEncodedImageFormat format) => format == SKEncodedImageFormat.Webp ? "WebP" : format.ToString().ToUpperInvariant();

    private static string Start(ReadOnlySpan<byte> file)
    {
        var bytes = new StringBuilder();
        foreach (byte value in file[..Math.Min(4, file.Length)])
        {
            bytes.Append(bytes.Length > 0 ? " " : "").Append($"{value:X2}");
        }

        return bytes.ToString();
    }

    /// <summary>What a file that is not decoded probably is, by its first bytes.</summary>
    private static string Guess(ReadOnlySpan<byte> file)
    {
        // ISO media: a length, "ftyp", then the brand; JPEG 2000 and JPEG XL have boxes of the same kind.
        ReadOnlySpan<byte> box = file.Length >= 12 ? file[4..8] : default;
        ReadOnlySpan<byte> brand = file.Length >= 12 ? file[8..12] : default;
        ReadOnlySpan<byte> text = file.TrimStart("\xEF\xBB\xBF \t\r\n"u8);
        return file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) || file.StartsWith("II+\0"u8) ? "a TIFF file (or a camera's raw file)"
            : box.SequenceEqual("ftyp"u8) ? brand.StartsWith("avi"u8) ? "an AVIF file"
                : brand.StartsWith("he"u8) || brand.StartsWith("mif"u8) || brand.StartsWith("msf"u8) ? "a HEIC file"
                : brand.StartsWith("jp"u8) ? "a JPEG 2000 file"
                : "a video, AVIF or HEIC file"
            : box.StartsWith("jP"u8) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]) ? "a JPEG 2000 file"
            : box.SequenceEqual("JXL "u8) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) ? "a JPEG XL file"
            : file.StartsWith("%PDF"u8) ? "a PDF file"
            : file.StartsWith("%!PS"u8) ? "a PostScript file"
            : file.StartsWith("8BPS"u8) ? "a Photoshop (PSD) file"
            : file.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]) ? "an icon (ICO) file"
            : file.StartsWith("PK"u8) ? "a ZIP archive"
            : text.StartsWith("<svg"u8) ? "an SVG file"
            : text.StartsWith("<?xml"u8) ? text.IndexOf("<svg"u8) >= 0 ? "an SVG file" : "an XML file"
            : text.StartsWith("<!DOCTYPE html"u8) || text.StartsWith("<!doctype html"u8) || text.StartsWith("<html"u8) ? "a web page (HTML)"
            : "no image format that is known here";
    }
}
