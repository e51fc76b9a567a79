namespace ZooPrune.Onnx.Tests;

/// <summary>Answers that are handed out while they are generated.</summary>
public sealed class StreamedAnswerTests
{
    public static TheoryData<string> Families => [.. FamilyCase.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Answer_OnText_GetsTheTextInPiecesOfWholeCharacters(string family)
    {
        using VisionLanguageModel model = Load(family);
        foreach (FamilyCase golden in FamilyCase.Of(family))
        {
            var pieces = new List<string>();

            VisionAnswer answer = model.Answer([golden.Image()], golden.Question, null, new GenerationOptions { MaxNewTokens = 12 }, pieces.Add);

            // A run of byte tokens is text or not as a whole, so an answer of such tokens alone comes in one piece; whatever is left of a
            // character at the end is replaced, not before.
            Assert.Equal(golden.GeneratedText, answer.Text);
            Assert.Equal(answer.Text, string.Concat(pieces));
            Assert.NotEmpty(pieces);
            Assert.DoesNotContain("", pieces);
            Assert.All(pieces, piece => Assert.False(char.IsHighSurrogate(piece[^1])));
        }
    }

    [Fact]
    public void Answer_Cancelled_EndsAfterTheTokenAtHand()
    {
        using VisionLanguageModel model = Load("llava");
        using var source = new CancellationTokenSource();
        int pieces = 0;

        Assert.Throws<OperationCanceledException>(() => model.Answer([FamilyCase.Of("llava").First().Image()], "What is it?", null, null, Take, source.Token));
        Assert.Equal(1, pieces);

        void Take(string text)
        {
            pieces++;
            source.Cancel();
        }
    }

    private static VisionLanguageModel Load(string family) =>
        VisionLanguageModel.Load(FamilyCase.ModelFolder(family), new VisionLanguageModelOptions { Threads = 1 });
}
