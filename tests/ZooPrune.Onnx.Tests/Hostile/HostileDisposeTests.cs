namespace ZooPrune.Onnx.Tests;

/// <summary>Models that are disposed while threads ask them; "bench --hostile dispose" does it a hundred times.</summary>
public sealed class HostileDisposeTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Dispose_WhileThreadsAnswer_EndsThemInOrder()
    {
        byte[] picture = File.ReadAllBytes(Path.Combine(TestPaths.HeldOut, "0000.png"));
        for (int round = 0; round < 10; round++)
        {
            var model = VisionLanguageModel.Load(TestPaths.Model, new VisionLanguageModelOptions { Threads = 1 });
            PreparedImage image = model.Prepare(picture, "picture");
            PrunedImage pruned = model.Prune(image, new PruningOptions { Keep = KeepBudget.Tokens(64) });
            var ends = new Exception?[4];
            Thread[] asking = [.. Enumerable.Range(0, ends.Length).Select(i => new Thread(() => ends[i] = Ask(model, image, i % 2 == 0 ? null : pruned)))];
            Array.ForEach(asking, thread => thread.Start());
            Thread.Sleep(new Random(round).Next(150));

            model.Dispose();

            Assert.All(asking, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60))));
            Assert.All(ends, end => Assert.IsType<ObjectDisposedException>(end));
        }
    }

    private static Exception Ask(VisionLanguageModel model, PreparedImage image, PrunedImage? pruned)
    {
        try
        {
            while (true)
            {
                _ = pruned is null
                    ? model.Answer(image, "What color is the circle?", new PruningOptions { Keep = KeepBudget.Tokens(64) }, 3)
                    : model.Answer([new ChatTurn(ChatTurn.User, "What color is the circle?", [pruned])]);
            }
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
