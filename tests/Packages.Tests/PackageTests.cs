using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using static Packages.Tests.PackedPackages;

namespace Packages.Tests;

/// <summary>What is packed, and what a project outside the repository makes of it.</summary>
[Trait("Speed", "Slow")]
[Collection(PackagesCollectionDefinition.Name)]
public sealed partial class PackageTests(PackedPackages packages)
{
    private static readonly string Model = Path.Combine(PackedPackages.Root, "models", "shapes-vlm");
    private static readonly string Images = Path.Combine(Model, "heldout");
    private static readonly (string, string) CpuPackage = ("Microsoft.ML.OnnxRuntime", VersionOf("Microsoft.ML.OnnxRuntime"));

    public static TheoryData<string> Names =>
    [
        "ZooPrune.Kernels", "ZooPrune.Text", "ZooPrune.Onnx", "ZooPrune.MLNet", "ZooPrune.Extensions.AI",
        "ZooPrune.Models.ShapesVlm", "ZooPrune.Cli",
    ];

    [Theory]
    [InlineData("ZooPrune.Kernels", "System.Numerics.Tensors")]
    [InlineData("ZooPrune.Text", "ZooPrune.Kernels")]
    [InlineData(
        "ZooPrune.Onnx",
        "Google.Protobuf Microsoft.Extensions.Logging.Abstractions Microsoft.ML.OnnxRuntime.Managed SkiaSharp SkiaSharp.NativeAssets.Linux.NoDependencies ZooPrune.Kernels "
        + "ZooPrune.Text")]
    [InlineData("ZooPrune.MLNet", "Microsoft.ML Microsoft.ML.ImageAnalytics Microsoft.ML.OnnxTransformer ZooPrune.Onnx")]
    [InlineData(
        "ZooPrune.Extensions.AI",
        "Microsoft.Extensions.AI.Abstractions Microsoft.Extensions.Caching.Abstractions Microsoft.Extensions.Diagnostics.HealthChecks Microsoft.Extensions.Hosting.Abstractions "
        + "Microsoft.Extensions.Options.ConfigurationExtensions ZooPrune.Onnx")]
    [InlineData("ZooPrune.Models.ShapesVlm", "ZooPrune.Onnx")]
    [InlineData("ZooPrune.Cli", "")]
    public void Pack_Dependencies_AreTheOfficialPackagesInTheTestedVersions(string package, string expected)
    {
        XElement[] dependencies = [.. packages.Manifest(package).Descendants("dependency").OrderBy(one => one.Attribute("id")!.Value, StringComparer.Ordinal)];

        Assert.Equal(expected, string.Join(' ', dependencies.Select(one => one.Attribute("id")!.Value)));
        Assert.All(dependencies, one => Assert.Equal(VersionOf(one.Attribute("id")!.Value), one.Attribute("version")!.Value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pack_Manifest_SaysWhatAndWhere(string package)
    {
        XElement manifest = packages.Manifest(package);

        Assert.All(
            ["description", "tags", "releaseNotes", "projectUrl", "license"],
            name => Assert.False(string.IsNullOrWhiteSpace(manifest.Element(name)?.Value), name));
        Assert.StartsWith("https://", manifest.Element("repository")!.Attribute("url")!.Value);
        using ZipArchive archive = packages.Open(package);
        Assert.NotNull(archive.GetEntry(manifest.Element("icon")!.Value));
        using var reader = new StreamReader(archive.GetEntry(manifest.Element("readme")!.Value)!.Open());
        string readme = reader.ReadToEnd();
        Assert.InRange(readme.Split('\n').Length, 10, 61);
        Assert.DoesNotMatch(RelativeLink(), readme);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pack_Symbols_PointToTheSourcesOfACommit(string package)
    {
        using ZipArchive archive = packages.Open(package, "snupkg");
        ZipArchiveEntry[] symbols = [.. archive.Entries.Where(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal))];

        Assert.NotEmpty(symbols);
        using var bytes = new MemoryStream();
        symbols[0].Open().CopyTo(bytes);
        Assert.Matches(SourceLink(), System.Text.Encoding.Latin1.GetString(bytes.ToArray()));
    }

    [Fact]
    public void Outside_PipelineOfStages_CompilesAndAnswers()
    {
        Result run = packages.RunOutside("Answering", CpuPackage, "run", "-c", "Release", "--", Model, Images);

        Assert.Equal((0, "bottom left"), (run.ExitCode, run.Output.Trim()));
    }

    [Fact]
    public void Outside_NoNativePackage_SaysWhichThreeThereAre()
    {
        Result run = packages.RunOutside("WithoutNative", onnxRuntime: null, "run", "-c", "Release", "--", Model, Images);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("ZooPrune.ZooPruneException: ONNX Runtime: its native library cannot be used (", run.Output);
        Assert.Contains(
            "Needs one package beside ZooPrune: Microsoft.ML.OnnxRuntime (CPU: Windows, Linux, macOS, Arm), Microsoft.ML.OnnxRuntime.Gpu "
            + "(CUDA) or Microsoft.ML.OnnxRuntime.DirectML (Windows)",
            run.Output);
    }

    // Downloads 0.9 GB; run it where the package of the GPU build is wanted. Without a GPU it answers on the CPU.
    [Fact]
    public void Outside_GpuPackage_CompilesAndAnswers()
    {
        if (Environment.GetEnvironmentVariable("ZOOPRUNE_GPU_PACKAGE") is not { Length: > 0 } version)
        {
            return;
        }

        Result run = packages.RunOutside("Gpu", ("Microsoft.ML.OnnxRuntime.Gpu", version), "run", "-c", "Release", "--", Model, Images);

        Assert.Equal((0, "bottom left"), (run.ExitCode, run.Output.Trim()));
    }

    [Theory]
    [InlineData("linux-x64", "libonnxruntime.so", "libSkiaSharp.so")]
    [InlineData("linux-arm64", "libonnxruntime.so", "libSkiaSharp.so")]
    [InlineData("win-x64", "onnxruntime.dll", "libSkiaSharp.dll")]
    [InlineData("osx-arm64", "libonnxruntime.dylib", "libSkiaSharp.dylib")]
    public void Outside_PublishedForAPlatform_HoldsOneOfEachNativeLibrary(string platform, string onnxRuntime, string skia)
    {
        string target = Path.Combine(packages.Folder.FullName, "publish", platform);
        Result publish = packages.RunOutside("Publishing", CpuPackage, "publish", "-c", "Release", "-r", platform, "--self-contained", "false", "-o", target);

        Assert.True(publish.ExitCode == 0, publish.Output);
        Assert.DoesNotContain("warning", publish.Output);
        string[] native = [.. Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Select(Path.GetFileName).OfType<string>()
            .Where(name => name.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("Microsoft.", StringComparison.Ordinal)
                && !name.Contains("providers_shared", StringComparison.Ordinal) && !name.EndsWith(".lib", StringComparison.Ordinal))];
        Assert.Equal([onnxRuntime], native);
        Assert.Single(Directory.EnumerateFiles(target, skia, SearchOption.AllDirectories));
    }

    [GeneratedRegex(@"\]\((?!https://)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"""https://[^""]+/[0-9a-f]{40}/\*""")]
    private static partial Regex SourceLink();
}
