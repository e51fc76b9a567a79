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

    [Fact]
    [Trait("Speed", "Slow")]
    public void Answer_TenThousandTimes_NothingGrows()
    {
        using var files = new TinyModel();
        using VisionLanguageModel model = files.Load(new VisionLanguageModelOptions { Threads = 1, ImageCacheBytes = 10_000 });
        AnswerMany(0, 2_000);
        (long managed, long resident) = Memory();

        AnswerMany(2_000, 10_000);

        (long managedAfter, long residentAfter) = Memory();
        Assert.InRange(managedAfter - managed, long.MinValue, 1_000_000);
        Assert.InRange(residentAfter - resident, long.MinValue, 24_000_000);

        // Every image is another one, and every hundredth answer is given up.
        void AnswerMany(int first, int count)
        {
            for (int i = first; i < first + count; i++)
            {
                var pruning = new PruningOptions { Keep = KeepBudget.Tokens(1 + (i % 4)) };
                using var stop = new CancellationTokenSource();
                if (i % 100 == 0)
                {
                    stop.Cancel();
                    Assert.ThrowsAny<OperationCanceledException>(() => model.Answer([TinyModel.Image(i)], "what ?", pruning, null, null, stop.Token));
                }

                model.Answer(TinyModel.Image(i), "what ?", pruning, maxNewTokens: 2);
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
