using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Packages.Tests;

/// <summary>The C# of README and of the first pages, built and run against the packages.</summary>
[Trait("Speed", "Slow")]
[Collection(PackagesCollectionDefinition.Name)]
public sealed partial class SnippetTests(PackedPackages packages)
{
    private static readonly string[] Readme = Snippets.Of("README.md");
    private static readonly string[] GettingStarted = Snippets.Of("docs/getting-started.md");
    private static readonly string[] OfPackages =
    [
        .. new[] { "Text", "Onnx", "MLNet", "Extensions.AI", "Models.ShapesVlm" }
            .SelectMany(package => Snippets.Of($"src/ZooPrune.{package}/README.md"))
            .Where(block => block.StartsWith("using ", StringComparison.Ordinal)),
    ];

    // A sample that the solution does not have, because its native library is large.
    private static readonly string GpuPipeline =
        File.ReadAllText(Path.Combine(PackedPackages.Root, "samples", "GpuPipeline", "Program.cs"));

    private static readonly string[] All =
        [.. Readme, .. GettingStarted, .. Snippets.Of("docs/your-own-model.md"), .. OfPackages, GpuPipeline];

    [Fact]
    public void GettingStarted_FirstProgram_HasFifteenLinesAndIsThatOfTheReadme()
    {
        Assert.InRange(GettingStarted[0].Split('\n').Count(line => line.Length > 0), 1, 15);
        Assert.Contains(GettingStarted[0], Readme);
    }

    [Fact]
    public async Task Snippets_OfEveryPage_CompileAndAnswer()
    {
        string program = packages.BuildSnippets(All);

        int first = Readme.Length;
        Assert.Matches(
            @"^bottom left: 576 of 576 visual tokens, \d+ ms\s+bottom left: 64 of 576 visual tokens, \d+ ms\s*$",
            packages.Run(program, $"{first}").Output);
        Assert.Equal("bottom left", packages.Run(program, $"{first + 1}").Output.Trim());
        Assert.Equal("bottom left", packages.Run(program, $"{first + 2}").Output.Trim());
        await AssertAnswersManyAtOnce(program, first + 3);
        Assert.Equal("bottom left", packages.Run(program, $"{first + 4}").Output.Trim());
        string model = Path.Combine(PackedPackages.Root, "models", "shapes-vlm");
        Result onDevice = packages.Run(program, $"{All.Length - 1}", model, Path.Combine(model, "heldout"), "cpu");
        Assert.Matches(@"^0000\.png: \w+ \(encode [\d.]+ ms, prune [\d.]+ ms, prefill [\d.]+ ms\)", onDevice.Output);
        Result noGpu = packages.Run(program, $"{All.Length - 1}", model, Path.Combine(model, "heldout"));
        Assert.Equal(1, noGpu.ExitCode);
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", noGpu.Output, StringComparison.Ordinal);
    }

    private static async Task AssertAnswersManyAtOnce(string program, int block)
    {
        using Process server = Process.Start(new ProcessStartInfo("dotnet", [program, $"{block}", "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            string address = await AddressOf(server);
            byte[] picture = File.ReadAllBytes(Path.Combine(PackedPackages.Root, "models", "shapes-vlm", "heldout", "0000.png"));
            using var client = new HttpClient();
            string[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            {
                using var content = new ByteArrayContent(i == 3 ? picture[..100] : picture);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
                using HttpResponseMessage response = await client.PostAsync($"{address}/answers?question=Where%20is%20the%20red%20circle%3F", content);
                return await response.Content.ReadAsStringAsync();
            }));

            Assert.StartsWith("""{"answer":"","error":"Image """, answers[3], StringComparison.Ordinal);
            Assert.All(answers.Where((_, i) => i != 3), answer => Assert.Equal("""{"answer":"bottom left","error":""}""", answer));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> AddressOf(Process server)
    {
        while (await server.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Read on, so that the server never waits for a reader.
                _ = server.StandardOutput.ReadToEndAsync();
                return match.Groups[1].Value;
            }
        }

        throw new InvalidOperationException("The server ended.");
    }

    [GeneratedRegex(@"Now listening on: (\S+)")]
    private static partial Regex Listening();
}
