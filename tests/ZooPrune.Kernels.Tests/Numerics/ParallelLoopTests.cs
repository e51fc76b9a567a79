using System.Collections.Concurrent;

namespace ZooPrune.Tests;

/// <summary>In the collection that runs alone: what other tests allocate must not be counted here.</summary>
[Collection(nameof(RunsAlone))]
public sealed class ParallelLoopTests
{
    [Fact]
    public void Run_AnySizeAndThreads_VisitsEveryIndexOnce()
    {
        foreach (int count in (int[])[0, 1, 2, 3, 17, 1000])
        {
            foreach (int threads in (int[])[0, 1, 2, 3, 8, 64])
            {
                int[] visits = new int[count];
                ParallelLoop.Run(count, threads, Count(visits));
                Assert.All(visits, visit => Assert.Equal(1, visit));
            }
        }
    }

    [Fact]
    public void Run_Nested_VisitsEveryPairOnce()
    {
        int[] visits = new int[30 * 40];
        ParallelLoop.Run(30, 4, row => ParallelLoop.Run(40, 4, column => Interlocked.Increment(ref visits[(row * 40) + column])));
        Assert.All(visits, visit => Assert.Equal(1, visit));
    }

    [Fact]
    public void Run_FromManyThreadsAtOnce_KeepsLoopsApart()
    {
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                int[] visits = new int[50];
                ParallelLoop.Run(visits.Length, 3, Count(visits));
                Assert.All(visits, visit => Assert.Equal(1, visit));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    [Fact]
    public void Run_BodyThrows_TheCallerGetsThatExceptionAndTheNextLoopRuns()
    {
        foreach (int threads in (int[])[1, 4])
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(
                () => ParallelLoop.Run(100, threads, index => ThrowAt(37, index)));
            Assert.Equal("index 37", error.Message);
            int[] visits = new int[100];
            ParallelLoop.Run(100, threads, Count(visits));
            Assert.All(visits, visit => Assert.Equal(1, visit));
        }
    }

    [Fact]
    public void Run_ThreadPoolStarved_TheCallerDoesEverything() => Starved(() =>
    {
        int[] visits = new int[64];
        ParallelLoop.Run(visits.Length, 8, Count(visits));
        Assert.All(visits, visit => Assert.Equal(1, visit));
    });

    [Fact]
    public void Run_AfterAStarvedPool_AsksForHelpAgain()
    {
        int[] visits = new int[64];
        Starved(() => ParallelLoop.Run(visits.Length, 8, Count(visits)));
        var threads = new ConcurrentDictionary<int, bool>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                ParallelLoop.Run(1000, 8, _ =>
                {
                    threads[Environment.CurrentManagedThreadId] = true;
                    Thread.SpinWait(1000);
                });
                return threads.Count > 1;
            },
            TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Run_NestedInABusyPool_Ends()
    {
        int[] visits = new int[200 * 50];
        Parallel.For(0, 200, row => ParallelLoop.Run(50, 4, column => Interlocked.Increment(ref visits[(row * 50) + column])));
        Assert.All(visits, visit => Assert.Equal(1, visit));
    }

    [Fact]
    public void RunBlocks_AnySizeAndThreads_VisitsEveryTokenOnce()
    {
        foreach (int count in (int[])[0, 1, 11, 12, 13, 96, 97, 576, 1000])
        {
            foreach (int threads in (int[])[0, 1, 2, 3, 8, 64])
            {
                int[] visits = new int[count];
                ParallelLoop.RunBlocks(count, threads, CountBlock(visits));
                Assert.All(visits, visit => Assert.Equal(1, visit));
            }
        }
    }

    [Fact]
    public void RunBlocks_ThreadLimit_IsKept()
    {
        int running = 0;
        int most = 0;
        ParallelLoop.RunBlocks(2000, 2, (_, _) =>
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
        Assert.Equal(Environment.ProcessorCount, ParallelLoop.Threads(0));
        Assert.Equal(3, ParallelLoop.Threads(3));
    }

    /// <summary>Parallel.For makes some objects for every loop, about 1,600 bytes; their number does not grow with the loop.</summary>
    [Fact]
    public void RunBlocks_WarmedUp_AllocatesLittle()
    {
        int[] visits = new int[20_000];
        Assert.InRange(Allocation.LeastOf(() => ParallelLoop.RunBlocks(visits.Length, 3, CountBlock(visits))), 0, 4096);
    }

    /// <summary>Does something on a thread of its own while every thread of the pool is blocked and none can be added.</summary>
    private static void Starved(Action work)
    {
        ThreadPool.GetMaxThreads(out int workers, out int ports);
        ThreadPool.GetMinThreads(out int least, out _);
        using Semaphore release = new(0, int.MaxValue);
        int items = 4 * least;
        using CountdownEvent ended = new(items);
        Exception? failure = null;
        try
        {
            Assert.True(ThreadPool.SetMaxThreads(least, ports));
            for (int i = 0; i < items; i++)
            {
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    release.WaitOne();
                    ended.Signal();
                });
            }

            Thread caller = new(() => failure = Record.Exception(work));
            caller.Start();
            Assert.True(caller.Join(TimeSpan.FromSeconds(30)), "the loop waited for a thread that never came");
            Assert.Null(failure);
        }
        finally
        {
            release.Release(items);
            ThreadPool.SetMaxThreads(workers, ports);
            ended.Wait();
        }
    }

    private static Action<int> Count(int[] visits) => index => Interlocked.Increment(ref visits[index]);

    private static Action<int, int> CountBlock(int[] visits) => (first, count) =>
    {
        for (int i = first; i < first + count; i++)
        {
            Interlocked.Increment(ref visits[i]);
        }
    };

    private static void ThrowAt(int place, int index)
    {
        if (index == place)
        {
            throw new InvalidOperationException($"index {index}");
        }
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
