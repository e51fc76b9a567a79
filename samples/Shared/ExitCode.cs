namespace ZooPrune.Samples;

/// <summary>What the programs return to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Success = 0;

    /// <summary>The run went through, but some questions have an error in place of an answer.</summary>
    public const int SomeFailed = 1;

    /// <summary>Bad usage or unusable input: nothing could be answered.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped before the end by an error; what was done is kept and can be resumed.</summary>
    public const int Stopped = 3;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
