namespace ZooPrune.Cli;

/// <summary>What was typed cannot be done. The message goes to standard error and the tool ends with exit code 2.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
