using System.CommandLine;

namespace ZooPrune.Samples;

/// <summary>Options as plain texts: our own code reads the values, so that every complaint about one has four parts.</summary>
internal static class TextOption
{
    /// <summary>An option that takes one text.</summary>
    public static Option<string?> Create(string name, string valueName, string description) =>
        new(name) { HelpName = valueName, Description = description };

    /// <summary>The text typed; null if the option was not.</summary>
    /// <exception cref="UsageException">It is empty.</exception>
    public static string? Value(ParseResult line, Option<string?> option)
    {
        string? value = line.GetValue(option);
        return value is null || !string.IsNullOrWhiteSpace(value)
            ? value
            : throw Throw.BadOption(option.Name, value, option.HelpName ?? "a value", "give one or leave the option out");
    }
}
