using System.Text.Json;

namespace ZooPrune.Onnx.Tests;

/// <summary>What models/shapes-vlm answers.</summary>
[Collection(SharedModelCollection.Name)]
public sealed class ShapesModelTests(SharedModel shared)
{
    private readonly VisionLanguageModel _model = shared.Model;

    public sealed record HeldOutQuestion(string Image, string Question, string Answer, string Kind);

    public static HeldOutQuestion[] Questions { get; } =
    [
        .. File.ReadLines(Path.Combine(TestPaths.HeldOut, "questions.jsonl"))
            .Select(line => JsonSerializer.Deserialize<HeldOutQuestion>(line, JsonSerializerOptions.Web)!),
    ];

    [Fact]
    public void Answer_SomeQuestions_MostAreRight()
    {
        HeldOutQuestion[] some = [.. Questions.Where((_, index) => index % 250 == 0).Take(12)];

        int all = some.Count(question => Ask(question, null).Text == question.Answer);
        int pruned = some.Count(question => Ask(question, new PruningOptions { Keep = KeepBudget.Tokens(64) }).Text == question.Answer);

        Assert.InRange(all, 11, 12);
        Assert.InRange(pruned, 8, 12);
    }

    [Fact]
    public void Answer_ManyThreads_GiveTheSame()
    {
        HeldOutQuestion[] some = [.. Questions.Take(6)];
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(32) };
        VisionAnswer[] expected = [.. some.Select(question => Ask(question, pruning))];

        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
        {
            VisionAnswer got = Ask(some[i % some.Length], pruning);
            Assert.Equal(expected[i % some.Length].TokenIds, got.TokenIds);
            Assert.Equal(expected[i % some.Length].KeptIndices, got.KeptIndices);
        });
    }

    [Fact]
    public void Answer_ProjectorOfTheModel_GivesTheClosedForm()
    {
        float[] visualTokens = _model.EncodeToArray(_model.Prepare(Path.Combine(TestPaths.HeldOut, Questions[0].Image)));

        TokenSelection selection = _model.Prune(visualTokens, new PruningOptions { Keep = KeepBudget.Tokens(64) });

        Assert.Equal(SensitivityMethod.ClosedForm, selection.SensitivityMethodUsed);
        Assert.Equal(576, selection.Sensitivity.Length);
        Assert.Equal(64, selection.KeptIndices.Length);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Answer_SixtyQuestionsTogether_GeneratesTheTokensOfEachAlone()
    {
        HeldOutQuestion[] questions = [.. Questions.Take(60)];
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(64) };
        VisionAnswer[] alone = [.. questions.Select(question => Ask(question, pruning))];
        var whole = new List<AnswerRequest>();
        var continued = new List<AnswerRequest>();
        var contexts = new List<PrefixCache>();
        foreach (IGrouping<string, HeldOutQuestion> image in questions.GroupBy(question => question.Image))
        {
            PrunedImage kept = _model.Prune(_model.Prepare(Path.Combine(TestPaths.HeldOut, image.Key)), pruning);
            contexts.Add(_model.CachePrefix(kept));
            whole.AddRange(image.Select(question => _model.CreateRequest([new ChatTurn(ChatTurn.User, question.Question, [kept])])));
            continued.AddRange(image.Select(question => _model.CreateRequest(contexts[^1], question.Question)));
        }

        IReadOnlyList<VisionAnswer> fromStart = _model.Answer(whole);
        IReadOnlyList<VisionAnswer> fromImages = _model.Answer(continued);

        contexts.ForEach(context => context.Dispose());
        Assert.Equal(alone.Select(answer => answer.TokenIds), fromStart.Select(answer => answer.TokenIds));
        Assert.Equal(alone.Select(answer => answer.TokenIds), fromImages.Select(answer => answer.TokenIds));
        Assert.Equal(alone.Select(answer => answer.Text), fromImages.Select(answer => answer.Text));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Answer_AllHeldOutQuestions_AreRightAsRequired()
    {
        // One image at a time is encoded and read once; its questions go on from there. That is the same as Answer
        // (VisionLanguageModelTests), only sooner.
        var right = new Dictionary<string, (int Right, int All)>();
        foreach (IGrouping<string, HeldOutQuestion> image in Questions.GroupBy(question => question.Image))
        {
            TokenSelection selection = _model.Prune(_model.EncodeToArray(_model.Prepare(Path.Combine(TestPaths.HeldOut, image.Key))), null);
            using PrefixCache context = _model.CachePrefix(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount);
            foreach (HeldOutQuestion question in image)
            {
                (int correct, int all) = right.GetValueOrDefault(question.Kind);
                bool isRight = _model.Generate(context, question.Question).Text == question.Answer;
                right[question.Kind] = (correct + (isRight ? 1 : 0), all + 1);
            }
        }

        Assert.True(right.Count == 8, $"Kinds: {string.Join(", ", right.Keys)}");
        Assert.All(right, kind => Assert.True(kind.Value.Right >= 0.90 * kind.Value.All, $"{kind.Key}: {kind.Value.Right} of "
            + $"{kind.Value.All}"));
        (int total, int questions) = (right.Values.Sum(kind => kind.Right), right.Values.Sum(kind => kind.All));
        Assert.True(questions >= 2000, $"{questions} questions");
        Assert.True(total >= 0.97 * questions, $"{total} of {questions}");
    }

    private VisionAnswer Ask(HeldOutQuestion question, PruningOptions? pruning) =>
        _model.Answer(Path.Combine(TestPaths.HeldOut, question.Image), question.Question, pruning);
}
