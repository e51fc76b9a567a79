using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>Whole numbers of the command line.</summary>
internal static class WholeNumber
{
    /// <summary>Reads <paramref name="text"/>.</summary>
    /// <param name="option">The option it was given for, for the message.</param>
    /// <param name="text">Digits.</param>
    /// <param name="atLeast">The smallest number allowed.</param>
    /// <exception cref="UsageException">It is no whole number, too large or too small.</exception>
    public static int Parse(string option, string text, int atLeast) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= atLeast
            ? number
            : throw Throw.BadOption(option, text, $"a whole number of at least {atLeast}", "correct it");
}
