using Spectre.Console;

namespace ZooPrune.Samples.Tests;

internal sealed partial record ProgramRun
{
    private const string AssemblyName = "AskAboutImages";

    private static AskProgram Create(IAnsiConsole output, IAnsiConsole error) => new(output, error);
}
