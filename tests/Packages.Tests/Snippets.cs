using System.Text;
using System.Text.RegularExpressions;

namespace Packages.Tests;

/// <summary>The C# of pages: every block, as a project of one class for each, so that one build sees them all.</summary>
public static partial class Snippets
{
    private static readonly string[] Console =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    private static readonly string[] Web =
    [
        .. Console, "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    /// <summary>The blocks of a page, in order.</summary>
    /// <param name="page">Path in the repository.</param>
    public static string[] Of(string page) =>
        [.. Block().Matches(File.ReadAllText(Path.Combine(PackedPackages.Root, page))).Select(match => match.Groups[1].Value)];

    /// <summary>The files of a program whose first argument says which block it runs, from 0.</summary>
    /// <param name="blocks">Complete programs of top-level statements.</param>
    public static Dictionary<string, string> ToProgram(IReadOnlyList<string> blocks)
    {
        var files = new Dictionary<string, string>();
        var cases = new StringBuilder();
        for (int i = 0; i < blocks.Count; i++)
        {
            files[$"Block{i}.cs"] = ToClass($"Block{i}", blocks[i]);
            cases.AppendLine($"            case \"{i}\": await Block{i}.Program.Main(args[1..]); break;");
        }

        files["Start.cs"] = $$"""
            static class Start
            {
                static async System.Threading.Tasks.Task Main(string[] args)
                {
                    switch (args[0])
                    {
            {{cases}}
                    }
                }
            }
            """;
        return files;
    }

    /// <summary>What the compiler makes of top-level statements, with the usings that the kind of project has.</summary>
    private static string ToClass(string name, string block)
    {
        string[] lines = block.Split('\n');
        int statements = Array.FindIndex(lines, line => !Using().IsMatch(line) && line.Length > 0);
        int types = Array.FindIndex(lines, line => Type().IsMatch(line));
        types = types < 0 ? lines.Length : types;
        IEnumerable<string> implied = block.Contains("WebApplication", StringComparison.Ordinal) ? Web : Console;
        return string.Join('\n', implied.Select(space => $"using {space};").Union(lines[..statements].Where(line => line.Length > 0)))
            + $"\nnamespace {name}\n{{\nstatic class Program\n{{\ninternal static async Task Main(string[] args)\n{{\n"
            + string.Join('\n', lines[statements..types]) + "\n}\n}\n" + string.Join('\n', lines[types..]) + "\n}\n";
    }

    [GeneratedRegex(@"^```csharp\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex(@"^((public|internal|sealed|static|abstract|partial) )*(class|record|struct|enum|interface) ")]
    private static partial Regex Type();
}
