using System.Diagnostics;
using ZooPrune.Onnx.Tests;

namespace ZooPrune.Extensions.AI.Tests;

/// <summary>samples/ChatClient, as a process with lines on its standard input.</summary>
public sealed class ChatClientSampleTests
{
    [Fact]
    public async Task Run_TwoQuestions_AnswersBothAndSaysWhatWasKept()
    {
        (int code, string output, string error) = await Run(
            [TestPaths.Model, "64"],
            SharedModel.Picture, "Which shape does the yellow object have?", "", "Is the yellow circle small or large?",
            Path.Combine(TestPaths.Model, "README.md"), "What is that?");

        Assert.Equal(0, code);
        string[] lines = output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal("circle", lines[0].Trim());
        Assert.EndsWith("of 576 visual tokens 64 kept)", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("of 576 visual tokens 64 kept)", lines[3], StringComparison.Ordinal);
        Assert.Contains("README.md", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoModel_SaysHowItIsUsed() => Assert.Equal(2, (await Run([])).Code);

    private static async Task<(int Code, string Output, string Error)> Run(string[] arguments, params string[] lines)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ChatClient.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        foreach (string line in lines)
        {
            await process.StandardInput.WriteLineAsync(line);
        }

        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
