using System.CommandLine;

namespace ZooPrune.Cli.Tests;

public class DocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(TestModel.Repository, "docs", "command-line.md"));

    public static TheoryData<string> Commands => [.. ToolProgram.Commands().Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void CommandLine_EveryOption_IsDescribed(string name)
    {
        Command command = ToolProgram.Commands().Single(known => known.Name == name);
        string section = Text.Split("\n## ").Single(part => part.StartsWith(name, StringComparison.Ordinal));

        Assert.All(command.Options.Where(option => option.Name is not "--help"), option => Assert.Contains($"| `{option.Name}", section));
    }
}
