namespace ZooPrune.Tests;

public sealed class TokenLoopTests
{
    [Fact]
    public void Run_AnySizeAndThreads_VisitsEveryTokenOnce()
    {
        foreach (int count in (int[])[0, 1, 11, 12, 13, 96, 97, 576, 1000])
        {
            foreach (int threads in (int[])[0, 1, 2, 3, 8, 64])
            {
                int[] visits = new int[count];
                TokenLoop.Run(count, threads, (first, rows) =>
                {
                    for (int i = first; i < first + rows; i++)
                    {
                        Interlocked.Increment(ref visits[i]);
                    }
                });
                Assert.All(visits, visit => Assert.Equal(1, visit));
            }
        }
    }

    [Fact]
    public void Run_ThreadLimit_IsKept()
    {
        int running = 0;
        int most = 0;
        TokenLoop.Run(2000, 2, (_, _) =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            Thread.Sleep(1);
            Interlocked.Decrement(ref running);
        });
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public void Threads_Zero_IsOnePerProcessor()
    {
        Assert.Equal(Environment.ProcessorCount, TokenLoop.Threads(0));
        Assert.Equal(3, TokenLoop.Threads(3));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = target;
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) is int other && other != seen)
        {
            seen = other;
        }
    }
}
