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

    /// <summary>What a file supplied is quoted in messages, and messages end on terminals and in logs: no control characters.</summary>
    private static string Harmless(string message) => message.AsSpan().IndexOfAnyInRange('\0', '\x1F') < 0 && !message.Any(char.IsControl)
        ? message
        : string.Concat(message.Select(character => char.IsControl(character) && character is not ('\n' or '\t') ? '\uFFFD' : character));
}
