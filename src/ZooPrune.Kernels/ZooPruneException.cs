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
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What it is about, what was found, what is needed, what to do.</param>
    /// <param name="innerException">The failure that led to this one.</param>
    public ZooPruneException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
