using System.Globalization;
using System.Runtime.CompilerServices;

namespace ZooPrune.Onnx;

/// <summary>
/// Every message of this assembly, each in four parts: what it is about, what was found, what is needed, what to do. The
/// methods return the exception, so that the compiler sees the <c>throw</c> where it happens.
/// </summary>
internal static partial class Throw
{
    public static ArgumentOutOfRangeException OptionOutOfRange(string option, object value, string needed) => new(
        option,
        Text($"VisionLanguageModelOptions.{option}: it is {value}. It must be {needed}; leave it out for the default."));

    public static ArgumentException PixelCountMismatch(int got, IReadOnlyList<int> shape, long needed) => new(
        Text($"PreparedImage: there are {got:N0} pixel values for the shape [{Join(shape)}]. Expected {needed:N0}; check the shape and "
            + $"that the values are row-major."),
        "pixelValues");

    public static ArgumentOutOfRangeException NotPositive(string what, int value, string parameter) => new(
        parameter,
        Text($"{what}: it is {value:N0}. It must be 1 or more; check where the number comes from."));

    private static ZooPruneException Failed(InvariantText message, Exception? inner = null) => new(Text(message), inner);

    private static string Text(InvariantText message) => message.ToStringAndClear();

    private static string Join<T>(IEnumerable<T> values) => string.Join(", ", values);

    /// <summary>A message, in one piece or several that are added, with numbers as they are written everywhere.</summary>
    [InterpolatedStringHandler]
    private ref struct InvariantText(int literalLength, int formattedCount)
    {
        private DefaultInterpolatedStringHandler _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

        public string ToStringAndClear() => _text.ToStringAndClear();
    }
}
