using System.CommandLine;
using System.Globalization;

namespace ZooPrune.Cli;

/// <summary>Options as plain texts: our own code reads the values, so that every complaint about one has four parts.</summary>
internal static class TextOption
{
    /// <summary>An option that takes one text.</summary>
    public static Option<string?> Create(string name, string valueName, string description) =>
        new(name) { HelpName = valueName, Description = description };

    /// <summary>An option that takes one text and may be given several times.</summary>
    public static Option<string[]> CreateRepeated(string name, string valueName, string description) =>
        new(name) { HelpName = valueName, Description = description, AllowMultipleArgumentsPerToken = false, Arity = ArgumentArity.ZeroOrMore };

    /// <summary>--json.</summary>
    public static Option<bool> CreateJson() =>
        new("--json") { Description = "Write the result to standard output as JSON, and nothing else." };

    /// <summary>The text typed; null if the option was not.</summary>
    /// <exception cref="UsageException">It is empty.</exception>
    public static string? Value(ParseResult line, Option<string?> option)
    {
        string? value = line.GetValue(option);
        return value is null || !string.IsNullOrWhiteSpace(value)
            ? value
            : throw Throw.BadOption(option.Name, value, option.HelpName ?? "a value", "give one or leave the option out");
    }

    /// <summary>The text typed for an argument.</summary>
    /// <exception cref="UsageException">It is empty.</exception>
    public static string Value(ParseResult line, Argument<string> argument)
    {
        string? value = line.GetValue(argument);
        return !string.IsNullOrWhiteSpace(value) ? value : throw Throw.EmptyArgument(argument.Name);
    }

    /// <summary>The whole number typed; null if the option was not.</summary>
    /// <exception cref="UsageException">It is no whole number, too large or too small.</exception>
    public static int? WholeNumber(ParseResult line, Option<string?> option, int atLeast) => Value(line, option) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= atLeast => number,
        var text => throw Throw.BadOption(option.Name, text, $"a whole number of at least {atLeast}", "correct it"),
    };

    /// <summary>Reads "64" or "11%".</summary>
    /// <exception cref="UsageException">It is no number, not positive or over 100 %.</exception>
    public static KeepBudget Keep(string option, string text)
    {
        try
        {
            return KeepBudget.Parse(text);
        }
        catch (ArgumentException)
        {
            throw Throw.BadOption(option, text, "a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 (11%)", "correct it");
        }
    }
}
