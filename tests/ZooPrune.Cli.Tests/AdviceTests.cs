using System.Text.RegularExpressions;

namespace ZooPrune.Cli.Tests;

/// <summary>What errors advise is done here, and helps.</summary>
public partial class AdviceTests
{
    private static readonly string Two = $"{TestModel.Picture}|{TestModel.Picture}";

    public static TheoryData<string, string, string> Contexts => new()
    {
        // Two pictures of 576 tokens, and a context of 1,024. Kept positions: few tokens do not help, compact positions do.
        { "--keep 64 --positions original", "load the model with PositionMode.Compact (--positions compact)", "--keep 64 --positions compact" },
        { "--positions original", "keep at most 506 tokens of each image (KeepBudget.Tokens(506), --keep 506) and load the model with PositionMode.Compact", "--keep 506 --positions compact" },
        { "--keep 600 --positions compact", "keep at most 506 tokens of each image (KeepBudget.Tokens(506), --keep 506)", "--keep 506 --positions compact" },
    };

    [Theory]
    [MemberData(nameof(Contexts))]
    public void Ask_MoreThanTheContext_AdviceHelps(string options, string advice, string better)
    {
        ToolRun Ask(string given) => ToolRun.InProcess(["ask", TestModel.Folder, .. Two.Split('|'), "Where is the red circle?", .. given.Split(' '), "--max-new-tokens", "1"]);

        ToolRun run = Ask(options);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(advice, run.Error);
        Assert.Equal((ExitCode.Success, ""), (Ask(better).ExitCode, Ask(better).Error));
    }

    [Fact]
    public void Ask_MorePixelsThanTheLimit_AdviceHelps()
    {
        ToolRun run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "what ?", "--max-image-pixels", "1000");

        Assert.Contains("raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).", run.Error);
        string needed = Pixels().Match(run.Error).Groups[1].Value.Replace(",", "");
        Assert.Equal(ExitCode.Success, ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "what ?", "--max-image-pixels", needed).ExitCode);
    }

    [Fact]
    public void Ask_MaxPixelsForAModelOfOneSize_AdviceHelps()
    {
        ToolRun run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "what ?", "--max-pixels", "1000");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("leave it out", run.Error);
        Assert.Equal(ExitCode.Success, ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "what ?").ExitCode);
    }

    [Fact]
    public void Ask_MaxPixelsOfAModelOfAnySize_TakesFewerTokens()
    {
        string model = FamilyFolder.Of("qwen2.5-vl");
        (string picture, int tokens) = FamilyFolder.Cases("qwen2.5-vl").MaxBy(row => row.VisualTokens);

        int Tokens(params string[] more) =>
            ToolRun.InProcess(["ask", model, picture, "what ?", "--json", "--max-new-tokens", "1", .. more]).Json.GetProperty("total").GetInt32();

        Assert.Equal(tokens, Tokens());
        Assert.InRange(Tokens("--max-pixels", "3136"), 1, 4);
        Assert.Equal(
            [4],
            ToolRun.InProcess("inspect", model, "--size", "4000x4000", "--max-pixels", "3136", "--json").Json.GetProperty("pictures").EnumerateArray()
                .Select(row => row.GetProperty("visualTokens").GetInt32()));
    }

    public static TheoryData<string, string, string, string> Tables => new()
    {
        // name of the table, its text, what is advised, the option that does so
        { "q.csv", "picture,prompt\n0.png,what ?\n", "name the columns of image and question with --columns.", "--columns picture,prompt" },
        { "q.txt", "image,question\n0.png,what ?\n", "name the format with --input-format.", "--input-format csv" },
        { "q.csv", "{\"image\": \"0.png\", \"question\": \"what ?\"}\n", "name the columns of image and question with --columns.", "--input-format jsonl" },
        { "q.csv", "image~question\n0.png~what ?\n", "Expected exactly one", "--separator ~" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Score_TableThatIsNotFound_AdviceHelps(string name, string text, string advice, string better)
    {
        using ScoringFolder folder = new();
        string table = folder.Write(name, text);
        string[] command = ["score", table, "--out", folder.PathOf("out.csv"), "--output-format", "csv", "--model", TestPaths.TinyModel, "--keep", "2", "--threads", "1"];

        ToolRun run = ToolRun.InProcess(command);
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(advice, run.Error);
        Assert.Equal((ExitCode.Success, ""), (ToolRun.InProcess([.. command, .. better.Split(' ')]) is var again ? (again.ExitCode, again.Error) : default));
    }

    [Fact]
    public void Score_OutputThatIsThere_AdviceHelps()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "image,question\n0.png,what ?\n");
        Assert.Equal(ExitCode.Success, ToolRun.InProcess(folder.Arguments()).ExitCode);

        ToolRun run = ToolRun.InProcess(folder.Arguments());
        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("--out", run.Error);
        Assert.Equal(ExitCode.Success, ToolRun.InProcess(folder.ArgumentsTo(folder.PathOf("other.csv"))).ExitCode);
    }

    [Fact]
    public void Ask_PrecisionThatIsNotThere_AdviceHelps()
    {
        ToolRun run = ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "what ?", "--precision", "q4");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("choose another or leave it at Auto.", run.Error);
        Assert.Equal(ExitCode.Success, ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "what ?", "--precision", "auto").ExitCode);
    }

    [GeneratedRegex("= ([0-9,]+) pixels")]
    private static partial Regex Pixels();
}
