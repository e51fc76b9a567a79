namespace ZooPrune.Samples;

/// <summary>A row has an error, and the user wants to stop at the first.</summary>
/// <param name="line">Where the row begins in the input, from 1.</param>
/// <param name="error">What is wrong with it.</param>
internal sealed class FailFastException(long line, string error) : Exception(error)
{
    /// <summary>Where the row begins in the input, from 1.</summary>
    public long Line { get; } = line;
}
