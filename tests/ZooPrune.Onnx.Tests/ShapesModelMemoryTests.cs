using System.Diagnostics;

namespace ZooPrune.Onnx.Tests;

/// <summary>What a long run does to memory. The tests of this project run one at a time, so nothing else allocates beside it.</summary>
public sealed class ShapesModelMemoryTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Answer_ThreeHundredRows_NothingGrows()
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model);
        ShapesModelTests.HeldOutQuestion[] questions = ShapesModelTests.Questions;
        var pruning = new PruningOptions { Keep = KeepBudget.Tokens(16) };
        float[] visualTokens = model.EncodeToArray(model.Prepare(Path.Combine(TestPaths.HeldOut, questions[0].Image)));
        AnswerMany(0, 100);
        (long managed, long resident) = Memory();

        AnswerMany(100, 300);

        (long managedAfter, long residentAfter) = Memory();
        Assert.InRange(managedAfter - managed, long.MinValue, 2_000_000);
        Assert.InRange(residentAfter - resident, long.MinValue, 24_000_000);

        void AnswerMany(int first, int count)
        {
            for (int i = first; i < first + count; i++)
            {
                ShapesModelTests.HeldOutQuestion question = questions[i % questions.Length];
                model.Prepare(Path.Combine(TestPaths.HeldOut, question.Image));
                TokenSelection selection = model.Prune(visualTokens, pruning with { Seed = i });
                model.Generate(selection.KeptTokens, selection.KeptIndices.ToArray(), selection.TokenCount, question.Question);
            }
        }
    }

    private static (long Managed, long Resident) Memory()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}
