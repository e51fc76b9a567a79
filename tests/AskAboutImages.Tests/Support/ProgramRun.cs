using Spectre.Console;

namespace ZooPrune.Samples.Tests;

internal sealed partial record ProgramRun
{
    private const string AssemblyName = "AskAboutImages";

    private static AskProgram Create(IAnsiConsole output, IAnsiConsole error) => new(output, error);
}

/// <summary>Answers that no model gave.</summary>
internal static class Answers
{
    public static GivenAnswer Failed(string message) => new($"error: {message}", message, [], 0, 0, [], new StageMilliseconds(0, null, 0, 0, 0));
}
