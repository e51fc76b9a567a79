using System.Text.RegularExpressions;

namespace Packages.Tests;

/// <summary>README and the pages in docs/: what a reader meets first.</summary>
public sealed partial class PagesTests
{
    private const int MostLines = 120;

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(PackedPackages.Root, "docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path)).Order()];

    [Fact]
    public void Readme_Lines_AreFewAndHaveTheTwoCommands()
    {
        string[] lines = Read("README.md").TrimEnd().Split('\n');

        Assert.InRange(lines.Length, 1, MostLines - 1);
        Assert.Contains("    ./build.sh demo", lines);
        Assert.Contains("    ./build.sh test", lines);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_FirstParagraph_SaysWhoNeedsIt(string page) => Assert.Matches(@"^# [^\n]+\n\nFor ", Read(page));

    [Fact]
    public void Readme_Links_LeadSomewhere() => AssertLinks("README.md");

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_Links_LeadSomewhere(string page) => AssertLinks(page);

    private static void AssertLinks(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(PackedPackages.Root, page))!;
        string[] broken =
        [
            .. Link().Matches(Read(page)).Select(link => link.Groups[1].Value).Where(link => !link.StartsWith("http", StringComparison.Ordinal))
                .Where(link => !LeadsSomewhere(Path.Combine(PackedPackages.Root, page), folder, link)),
        ];

        Assert.True(broken.Length == 0, $"{page}: {string.Join(", ", broken)} lead nowhere.");
    }

    private static bool LeadsSomewhere(string page, string folder, string link)
    {
        string[] parts = link.Split('#', 2);
        string target = parts[0].Length == 0 ? page : Path.Combine(folder, parts[0]);
        return parts.Length == 1
            ? Path.Exists(target)
            : File.Exists(target) && Heading().Matches(File.ReadAllText(target)).Any(heading => AnchorOf(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>What GitHub makes of a heading.</summary>
    private static string AnchorOf(string heading) =>
        NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static string Read(string page) => File.ReadAllText(Path.Combine(PackedPackages.Root, page));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
