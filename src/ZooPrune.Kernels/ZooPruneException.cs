using System.Text;

namespace ZooPrune;

/// <summary>
/// What was handed to ZooPrune cannot be used: a corrupt file, a model folder whose parts do not fit together, a projector
/// that returns NaN. Wrong arguments are reported as <see cref="ArgumentException"/> instead.
/// </summary>
/// <remarks>The message has four parts: what it is about, what was found, what is needed, what to do.</remarks>
public class ZooPruneException : Exception
{
    /// <summary>Creates the exception with the default message.</summary>
    public ZooPruneException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What it is about, what was found, what is needed, what to do.</param>
    public ZooPruneException(string message)
        : base(Harmless(message))
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What it is about, what was found, what is needed, what to do.</param>
    /// <param name="innerException">The failure that led to this one.</param>
    public ZooPruneException(string message, Exception? innerException)
        : base(Harmless(message), innerException)
    {
    }

    /// <summary>
    /// What a file supplied is quoted in messages, and messages end on terminals and in logs: one line without control characters, no word
    /// of more than 260 (a path may be one), and not without end.
    /// </summary>
    private static string Harmless(string message)
    {
        const int LongestWord = 260;
        const int Longest = 2000;
        var harmless = new StringBuilder(Math.Min(message.Length, Longest));
        int word = 0;
        foreach (char character in message)
        {
            word = char.IsWhiteSpace(character) ? 0 : word + 1;
            if (word <= LongestWord)
            {
                harmless.Append(!char.IsControl(character) ? character : char.IsWhiteSpace(character) ? ' ' : '\uFFFD');
            }
            else if (word == LongestWord + 1)
            {
                harmless.Append("...");
            }
        }

        // What is needed and what to do stands at the end.
        return harmless.Length <= Longest
            ? harmless.ToString()
            : $"{harmless.ToString(0, 1200)} ... {harmless.ToString(harmless.Length - 700, 700)}";
    }
}
