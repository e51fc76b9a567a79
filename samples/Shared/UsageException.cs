namespace ZooPrune.Samples;

/// <summary>The user's input cannot be used at all. Its message goes to standard error and the program ends with exit code 2.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
