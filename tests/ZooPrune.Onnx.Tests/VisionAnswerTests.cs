namespace ZooPrune.Onnx.Tests;

public class VisionAnswerTests
{
    [Fact]
    public void Constructor_TextAlone_HasNoTokensAndNoTimes()
    {
        var answer = new VisionAnswer("yes");

        Assert.Equal("yes", answer.Text);
        Assert.Equal((0, 0, 0), (answer.VisualTokenCount, answer.KeptTokenCount, answer.PromptTokenCount));
        Assert.Empty(answer.KeptIndices);
        Assert.Empty(answer.TokenIds);
        Assert.Equal((FinishReason.Stop, new StageTimings(), null), (answer.FinishReason, answer.Timings, answer.Note));
        Assert.Throws<ArgumentNullException>("text", () => new VisionAnswer(null!));
    }

    /// <summary>docs/engine.md: code of a user that is tested without a model.</summary>
    [Fact]
    public void Initialisers_BehindAnInterfaceOfOnesOwn_StandForAModel()
    {
        IPictureQuestions questions = new NoModel();

        VisionAnswer answer = questions.Ask("picture.png", "How many?");

        Assert.Equal(("three", 576, 64), (answer.Text, answer.VisualTokenCount, answer.KeptTokenCount));
        Assert.Equal((FinishReason.Length, 7.0), (answer.FinishReason, answer.Timings.Prefill.TotalMilliseconds));
    }

    private interface IPictureQuestions
    {
        VisionAnswer Ask(string imagePath, string question);
    }

    private sealed class NoModel : IPictureQuestions
    {
        public VisionAnswer Ask(string imagePath, string question) => new("three")
        {
            VisualTokenCount = 576,
            KeptTokenCount = 64,
            KeptIndices = [1, 2],
            TokenIds = [5],
            FinishReason = FinishReason.Length,
            Timings = new StageTimings { Prefill = TimeSpan.FromMilliseconds(7) },
            PromptTokenCount = 80,
            Note = "cut off",
        };
    }
}
