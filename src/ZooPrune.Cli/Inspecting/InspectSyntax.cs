using System.CommandLine;
using System.Globalization;

namespace ZooPrune.Cli;

/// <summary>The command line of "inspect": names, defaults and help texts in one place.</summary>
internal static class InspectSyntax
{
    /// <summary>What --help shows below the options.</summary>
    public const string Examples = """
        Examples:
          zooprune inspect models/shapes-vlm
          zooprune inspect models/llava-next --size 1280x720 --size 640x640 --keep 160
          zooprune inspect models/qwen2.5-vl --keep 20%,10%,5% --json

        Exit codes: 0 the model can be used; 1 there is a problem, see the last lines; 2 wrong usage, or no such folder.
        """;

    private static readonly (int Width, int Height)[] DefaultSizes = [(336, 336), (640, 480), (1024, 768), (1920, 1080), (480, 1920)];

    private static readonly Argument<string> Model = new("MODEL")
    {
        Description = "Model folder in the layout of the Hugging Face hub. No weights are loaded.",
    };

    private static readonly Option<string[]> Sizes = TextOption.CreateRepeated(
        "--size", "WIDTHxHEIGHT", $"Size of a picture whose visual tokens are counted; may be given several times. Default: {string.Join(", ", DefaultSizes.Select(size => $"{size.Width}x{size.Height}"))}.");
    private static readonly Option<string?> Keep = TextOption.Create(
        "--keep", "N|P%,...", "Budgets to compare, separated by commas. Default: those that the method was published with for the model's family.");
    private static readonly Option<bool> Json = TextOption.CreateJson();

    /// <summary>The command with all its options.</summary>
    public static Command Create() => new("inspect", "Shows what a model folder holds, what is missing, how many visual tokens pictures have, and what pruning saves.")
    {
        Model, Sizes, Keep, Json,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    public static InspectOptions Read(ParseResult line) => new(
        TextOption.Value(line, Model),
        line.GetValue(Sizes) is { Length: > 0 } sizes ? [.. sizes.Select(ReadSize)] : DefaultSizes,
        TextOption.Value(line, Keep) is { } keep
            ? [.. keep.Split(',').Select(budget => TextOption.Keep(Keep.Name, budget))]
            : null,
        line.GetValue(Json));

    private static (int Width, int Height) ReadSize(string text)
    {
        string[] sides = text.Split('x', 'X');
        return sides is [var across, var down]
            && int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            && int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            && width > 0 && height > 0
            ? (width, height)
            : throw Throw.BadOption(Sizes.Name, text, "width and height in pixels, as in 640x480", "correct it");
    }
}
