using System.Reflection;
using PublicApiGenerator;

namespace ZooPrune.Tests;

/// <summary>
/// Writes down everything that a user of an assembly can see, as C# without bodies, so that a new symbol is a line in a diff.
/// </summary>
internal static class PublicApiText
{
    // Versions, repository and target framework are no surface.
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    /// <summary>The public types and their public and protected members, sorted; what the compiler makes for records is left out.</summary>
    public static string Of(Assembly assembly) => assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    /// <summary>Compares with the approved text in the test project's folder; says how to approve where they differ.</summary>
    public static void AssertApproved(Assembly assembly, string approvedPath)
    {
        string actual = Of(assembly);
        string approved = File.Exists(approvedPath) ? File.ReadAllText(approvedPath).ReplaceLineEndings("\n") : "";
        if (actual != approved)
        {
            string received = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
            File.WriteAllText(received, actual);
            Assert.Fail(
                $"The public surface of {assembly.GetName().Name} differs from {approvedPath}.\n"
                + string.Concat(Symbols(actual).Except(Symbols(approved)).Select(symbol => $"+ {symbol}\n"))
                + string.Concat(Symbols(approved).Except(Symbols(actual)).Select(symbol => $"- {symbol}\n"))
                + $"If that is meant, copy {received} over it.");
        }
    }

    /// <summary>Every line with the type that it is in: "class TokenSelection: public int TokenCount { get; }".</summary>
    private static IEnumerable<string> Symbols(string text)
    {
        string type = "";
        foreach (string line in text.Split('\n').Where(line => line.Trim() is not ("" or "{" or "}")))
        {
            bool isMember = line.StartsWith("        ", StringComparison.Ordinal);
            type = isMember ? type : line.Split(" : ")[0].Trim();
            yield return isMember ? $"{type}: {line.Trim()}" : line.Trim();
        }
    }
}
