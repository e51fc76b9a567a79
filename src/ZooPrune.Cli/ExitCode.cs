namespace ZooPrune.Cli;

/// <summary>What the tool returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Done in part, or stopped by something that is nobody's input: the text says what.</summary>
    public const int Failure = 1;

    /// <summary>Wrong usage or unusable input: nothing was done.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
