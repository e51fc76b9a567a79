using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace Packages.Tests;

/// <summary>The packages of src/, packed once for all tests, and a project outside the repository that takes them.</summary>
public sealed class PackedPackages : IDisposable
{
    private readonly string _feed;

    public PackedPackages()
    {
        _feed = Path.Combine(Folder.FullName, "feed");
        Result pack = Dotnet(Root, "pack", Path.Combine(Root, "src", "ZooPrune.slnf"), "-c", "Release", "--no-build", "--no-restore", "-o", _feed);
        Assert.True(pack.ExitCode == 0, pack.Output);
    }

    /// <summary>The repository.</summary>
    public static string Root { get; } = typeof(PackedPackages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Outside the repository; deleted at the end.</summary>
    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("zooprune-packages-");

    public string Version { get; } = XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    public ZipArchive Open(string package, string extension = "nupkg") =>
        ZipFile.OpenRead(Path.Combine(_feed, $"{package}.{Version}.{extension}"));

    /// <summary>What a package says about itself.</summary>
    public XElement Manifest(string package)
    {
        using ZipArchive archive = Open(package);
        using Stream stream = archive.GetEntry($"{package}.nuspec")!.Open();
        return WithoutNamespaces(XElement.Load(stream)).Element("metadata")!;
    }

    /// <summary>Copies the outside project to a folder of its own and runs the SDK on it.</summary>
    /// <param name="name">Of the copy.</param>
    /// <param name="onnxRuntime">The package that it takes beside ZooPrune.MLNet, with its version; null for none.</param>
    /// <param name="arguments">Of dotnet.</param>
    public Result RunOutside(string name, (string Package, string Version)? onnxRuntime, params IEnumerable<string> arguments)
    {
        DirectoryInfo copy = Folder.CreateSubdirectory(name);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, "tests", "Packages.Tests", "Outside")))
        {
            File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)), overwrite: true);
        }

        WriteProperties(copy, onnxRuntime);
        return Dotnet(copy.FullName, arguments);
    }

    /// <summary>Builds the programs of pages, all as one.</summary>
    /// <returns>Path of the program; its first argument is the number of the block.</returns>
    public string BuildSnippets(IReadOnlyList<string> blocks)
    {
        DirectoryInfo folder = Folder.CreateSubdirectory("Snippets");
        foreach ((string name, string text) in Snippets.ToProgram(blocks))
        {
            File.WriteAllText(Path.Combine(folder.FullName, name), text);
        }

        File.Copy(Path.Combine(Root, "tests", "Packages.Tests", "Snippets", "Snippets.csproj"), Path.Combine(folder.FullName, "Snippets.csproj"));
        WriteProperties(folder, ("Microsoft.ML.OnnxRuntime", VersionOf("Microsoft.ML.OnnxRuntime")));
        Result build = Dotnet(folder.FullName, "build", "-c", "Release", "-o", "out");
        Assert.True(build.ExitCode == 0, build.Output);
        return Path.Combine(folder.FullName, "out", "Snippets.dll");
    }

    /// <summary>Runs a program that was built.</summary>
    public Result Run(string program, params IEnumerable<string> arguments) => Dotnet(Folder.FullName, [program, .. arguments]);

    /// <summary>The version that is tested: of this repository's own packages theirs, of others that of Directory.Packages.props.</summary>
    public static string VersionOf(string package) => package.StartsWith("ZooPrune", StringComparison.Ordinal)
        ? XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").Single().Value
        : XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(one => one.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

    /// <summary>Has a project outside the repository take the packages.</summary>
    private void WriteProperties(DirectoryInfo project, (string Package, string Version)? onnxRuntime)
    {
        // Packages of ZooPrune go into a folder of this run; all others are taken where restoring the repository put them.
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Assert.False(
            Directory.Exists(Path.Combine(packages, "zooprune.mlnet", Version)),
            $"{packages} has ZooPrune {Version} from elsewhere, which would be taken instead of what was packed. Delete its zooprune.* "
            + $"folders.");
        File.WriteAllText(
            Path.Combine(project.FullName, "Directory.Build.props"),
            $"""
            <Project>
              <PropertyGroup>
                <RestorePackagesPath>{Path.Combine(Folder.FullName, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{packages}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{_feed}</RestoreAdditionalProjectSources>
                <ZooPruneVersion>{Version}</ZooPruneVersion>
                <OnnxRuntimePackage>{onnxRuntime?.Package}</OnnxRuntimePackage>
                <OnnxRuntimeVersion>{onnxRuntime?.Version}</OnnxRuntimeVersion>
              </PropertyGroup>
            </Project>
            """);
    }

    public void Dispose() => Folder.Delete(recursive: true);

    internal static Result Dotnet(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // No server is left behind that keeps the output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        var output = new StringBuilder();
        using Process process = Process.Start(start)!;
        DataReceivedEventHandler append = (_, line) =>
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += append;
        process.ErrorDataReceived += append;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return new Result(process.ExitCode, output.ToString());
    }

    private static XElement WithoutNamespaces(XElement element) => new(
        element.Name.LocalName,
        element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration),
        element.HasElements ? element.Elements().Select(WithoutNamespaces) : element.Value);
}

public sealed record Result(int ExitCode, string Output);

/// <summary>The packages are packed once for all classes.</summary>
[CollectionDefinition(Name)]
public sealed class PackagesCollectionDefinition : ICollectionFixture<PackedPackages>
{
    public const string Name = "packages";
}
