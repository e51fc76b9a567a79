using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Packages.Tests;

/// <summary>The tool's package for this platform, as <c>dotnet pack</c> makes one for each.</summary>
[Trait("Speed", "Slow")]
public sealed class ToolPackageTests : IDisposable
{
    private const long Most = 100_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("zooprune-tool-");

    [Fact]
    public void Pack_ForThisPlatform_TakesLessThan100MegabytesInstalledAndRuns()
    {
        string platform = RuntimeInformation.RuntimeIdentifier;
        string feed = Path.Combine(_folder.FullName, "feed");

        // Without compiling ahead, which adds 3 MB and would fetch a compiler of 100 MB.
        Result pack = PackedPackages.Dotnet(
            PackedPackages.Root, "pack", Path.Combine("src", "ZooPrune.Cli"), "-c", "Release", "-r", platform, "-p:PublishReadyToRun=false",
            "-p:RunAnalyzers=false", "--artifacts-path", Path.Combine(_folder.FullName, "artifacts"), "-o", feed);
        Assert.True(pack.ExitCode == 0, pack.Output);
        string package = Assert.Single(Directory.EnumerateFiles(feed, $"ZooPrune.Cli.{platform}.*.nupkg"));
        string tool = Path.Combine(_folder.FullName, "tool");
        ZipFile.ExtractToDirectory(package, tool);

        // The SDK keeps the package twice beside what was in it.
        long installed = Directory.EnumerateFiles(tool, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length)
            + (2 * new FileInfo(package).Length);
        Assert.InRange(installed, 40_000_000, platform.StartsWith("osx", StringComparison.Ordinal) ? 2 * Most : Most - 4_000_000);

        string program = Path.Combine(tool, "tools", "net10.0", platform, "zooprune.dll");
        Result answer = PackedPackages.Dotnet(
            PackedPackages.Root, program, "ask", "models/shapes-vlm", "models/shapes-vlm/heldout/0000.png", "Where is the red circle?",
            "--keep", "64");

        // What took longer than two seconds says so before the answer.
        Assert.True(answer.ExitCode == 0 && answer.Output.Split('\n').Any(line => line.TrimEnd() == "bottom left"), answer.Output);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
