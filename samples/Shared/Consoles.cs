using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>Spectre consoles over the writers a program was given.</summary>
internal static class Consoles
{
    /// <summary>Width of a table that does not go to a terminal.</summary>
    private const int FileWidth = 160;

    /// <summary>A console over <paramref name="writer"/>: colours and a bar on a terminal, plain text anywhere else.</summary>
    /// <param name="writer">Where it writes.</param>
    /// <param name="redirected">True if the writer is no terminal: a file, a pipe, a test.</param>
    public static IAnsiConsole Over(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });

        if (redirected)
        {
            console.Profile.Width = FileWidth;
        }

        return console;
    }
}
