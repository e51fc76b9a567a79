using System.Text;
using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

/// <summary>"chat" with lines that are piped in.</summary>
public class ChatCommandTests
{
    [Fact]
    public void Run_SeveralTurns_AnswersAsTheEngineDoesWithTheWholeConversation()
    {
        string[] questions = ["Where is the red circle?", "What color is the star?", "Is there a square?"];
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(64) };
        using var model = VisionLanguageModel.Load(TestModel.Folder);
        List<ChatTurn> turns = [];
        foreach (string question in questions)
        {
            turns.Add(new ChatTurn(
                ChatTurn.User, question, turns.Count == 0 ? [model.Prune(model.Prepare(TestModel.Picture), pruning)] : null));
            turns.Add(new ChatTurn(ChatTurn.Assistant, model.Answer(turns).Text));
        }

        var run = Chat($"/image {TestModel.Picture}\n{string.Join('\n', questions)}\n/exit\nIs anybody there?", "--keep", "64");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(turns.Where(turn => turn.Role == ChatTurn.Assistant).Select(turn => turn.Text), Lines(run.Output));
        Assert.Equal("bottom left", Lines(run.Output)[0]);
        Assert.Equal([$"{TestModel.Picture}: 64 of 576 visual tokens, with the next question"], Lines(run.Error));
    }

    [Fact]
    public void Run_PictureOnTheCommandLine_IsOfTheFirstQuestion()
    {
        var run = Chat("Where is the red circle?", TestModel.Picture);

        Assert.Equal((ExitCode.Success, "bottom left"), (run.ExitCode, run.Output.TrimEnd()));
    }

    [Fact]
    public void Run_New_ForgetsPicturesAndTurns()
    {
        string model = FamilyFolder.Of("qwen2.5-vl");
        IReadOnlyList<(string Picture, int VisualTokens)> cases = FamilyFolder.Cases("qwen2.5-vl");
        string first = $"/image \"{cases[0].Picture}\"\n/image {cases[1].Picture}\nWhat has changed?\n";

        var once = ToolRun.WithInput(Encoding.UTF8.GetBytes(first), "chat", model, "--max-new-tokens", "4");
        var twice = ToolRun.WithInput(
            Encoding.UTF8.GetBytes($"{first}\n/new\n{first}"), "chat", model, "--max-new-tokens", "4");

        Assert.Equal((ExitCode.Success, ExitCode.Success), (once.ExitCode, twice.ExitCode));
        Assert.NotEqual("", once.Output.TrimEnd());
        Assert.Equal(once.Output + once.Output, twice.Output);
        Assert.Equal(
            [
                .. cases.Take(2).Select(picture =>
                    $"{picture.Picture}: {picture.VisualTokens} of {picture.VisualTokens} visual tokens, with the next question"),
                "Note: cut off after 4 tokens; a larger --max-new-tokens lets it go on.",
            ],
            Lines(once.Error));
    }

    [Fact]
    public void Run_LinesThatFail_SayWhyAndTheNextOneIsAnswered()
    {
        using TestFolder folder = new();
        string broken = folder.Write("cut.png", File.ReadAllBytes(TestModel.Picture).AsSpan(0, 500));

        var run = Chat($"/image\n/image nowhere.png\n/image {broken}\n/picture x\n/help\n/image {TestModel.Picture}\nWhere is the red circle?");

        Assert.Equal((ExitCode.Failure, "bottom left"), (run.ExitCode, run.Output.TrimEnd()));
        string[] errors = Lines(run.Error);
        Assert.Equal("zooprune chat: /image names no picture. Expected /image FILE; add the file.", errors[0]);
        Assert.Equal("zooprune chat: the picture 'nowhere.png' does not exist. Expected an image file or a data URI; check the path.", errors[1]);
        Assert.Contains("copy or download it again", errors[2]);
        Assert.Equal(
            "zooprune chat: '/picture' is not known. Expected one of /image, /new, /help, /exit, or a question that does not begin with '/'.",
            errors[3]);
        Assert.Equal("/image FILE adds a picture to the next question, /new forgets everything, /help says this, /exit ends.", errors[4]);
    }

    [Fact]
    public void Run_ConversationTooLong_SaysSoAndGoesOnAfterNew()
    {
        string tooLong = string.Join(' ', Enumerable.Repeat("red circle", 600));

        var run = Chat($"{tooLong}\nWhere is the red circle?", TestModel.Picture);

        Assert.Equal((ExitCode.Failure, "bottom left"), (run.ExitCode, run.Output.TrimEnd()));
        Assert.Contains("tokens", run.Error);
    }

    [Fact]
    public void Run_PictureMissingOnTheCommandLine_EndsWithTwoBeforeAnyWork()
    {
        var run = ToolRun.InProcess("chat", "nowhere", "nowhere.png");

        Assert.Equal(
            (ExitCode.BadInput, "zooprune chat: the picture 'nowhere.png' does not exist. Expected an image file or a data URI; check the path."),
            (run.ExitCode, run.Error.TrimEnd()));
    }

    private static ToolRun Chat(string lines, params string[] arguments) =>
        ToolRun.WithInput(Encoding.UTF8.GetBytes(lines), ["chat", TestModel.Folder, .. arguments]);

    private static string[] Lines(string text) => text.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
}
