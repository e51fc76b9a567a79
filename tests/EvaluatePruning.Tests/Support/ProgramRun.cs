using Spectre.Console;

namespace ZooPrune.Samples.Tests;

internal sealed partial record ProgramRun
{
    private const string AssemblyName = "EvaluatePruning";

    private static CommandProgram Create(IAnsiConsole output, IAnsiConsole error) => new EvaluateProgram(output, error);
}
