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
                ParallelLoop.Run(count, threads, new CountVisits(visits));
                Assert.All(visits, visit => Assert.Equal(1, visit));
            }
        }
    }

    [Fact]
    public void Run_Nested_VisitsEveryPairOnce()
    {
        int[] visits = new int[30 * 40];
        ParallelLoop.Run(30, 4, new Nested(visits, 40));
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
                ParallelLoop.Run(visits.Length, 3, new CountVisits(visits));
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
                () => ParallelLoop.Run(100, threads, new ThrowAt(37)));
            Assert.Equal("index 37", error.Message);
            int[] visits = new int[100];
            ParallelLoop.Run(100, threads, new CountVisits(visits));
            Assert.All(visits, visit => Assert.Equal(1, visit));
        }
    }

    [Fact]
    public void Run_ThreadPoolStarved_TheCallerDoesEverything() => Starved(() =>
    {
        int[] visits = new int[64];
        ParallelLoop.Run(visits.Length, 8, new CountVisits(visits));
        Assert.All(visits, visit => Assert.Equal(1, visit));
    });

    [Fact]
    public void Run_ThreadPoolStarved_LeavesNoMoreInTheQueueThanItMay()
    {
        int[] visits = new int[64];
        Starved(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                ParallelLoop.Run(visits.Length, 8, new CountVisits(visits));
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                ParallelLoop.Run(visits.Length, 8, new CountVisits(visits));
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        });

        // Once the pool has time again, it is asked again.
        var threads = new ConcurrentDictionary<int, bool>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                ParallelLoop.Run(1000, 8, new NoteThread(threads));
                return threads.Count > 1;
            },
            TimeSpan.FromSeconds(30)));
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

    [Fact]
    public void Run_WarmedUp_AllocatesNothing()
    {
        int[] visits = new int[200];
        Assert.Equal(0, Allocation.LeastOf(() => TokenLoop.Run(200, 3, new CountTokens(visits))));
    }

    private readonly struct CountVisits(int[] visits) : ILoopBody
    {
        public void Run(int index) => Interlocked.Increment(ref visits[index]);
    }

    private readonly struct NoteThread(ConcurrentDictionary<int, bool> threads) : ILoopBody
    {
        public void Run(int index)
        {
            threads[Environment.CurrentManagedThreadId] = true;
            Thread.SpinWait(1000);
        }
    }

    private readonly struct CountTokens(int[] visits) : ITokenBody
    {
        public void Run(int first, int count)
        {
            for (int i = first; i < first + count; i++)
            {
                Interlocked.Increment(ref visits[i]);
            }
        }
    }

    private readonly struct Nested(int[] visits, int inner) : ILoopBody
    {
        public void Run(int index) => ParallelLoop.Run(inner, 4, new Row(visits, index * inner));

        private readonly struct Row(int[] visits, int start) : ILoopBody
        {
            public void Run(int index) => Interlocked.Increment(ref visits[start + index]);
        }
    }

    private readonly struct ThrowAt(int place) : ILoopBody
    {
        public void Run(int index)
        {
            if (index == place)
            {
                throw new InvalidOperationException($"index {index}");
            }
        }
    }
}
