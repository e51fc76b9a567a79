using Spectre.Console;

namespace ZooPrune.Shell;

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

    /// <summary>One line: neither wrapped at the console's width nor read as markup, and <see cref="Harmless"/>.</summary>
    public static void Say(this IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(Harmless(text));

    /// <summary>
    /// <paramref name="text"/> with what would move the cursor or ring the bell replaced: answers and names of files are other people's.
    /// </summary>
    public static string Harmless(string text) => string.Create(text.Length, text, (result, source) =>
    {
        for (int i = 0; i < source.Length; i++)
        {
            result[i] = char.IsControl(source[i]) && source[i] is not ('\n' or '\r' or '\t') ? '\uFFFD' : source[i];
        }
    });
}
