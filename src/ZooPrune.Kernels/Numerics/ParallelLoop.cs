using System.Runtime.ExceptionServices;

namespace ZooPrune;

/// <summary>What a parallel loop does at each index. A struct, so that a loop needs no closure.</summary>
internal interface ILoopBody
{
    /// <summary>May run on several threads at once, for different indices.</summary>
    void Run(int index);
}

/// <summary>Runs a loop on several threads and allocates nothing once its pooled objects exist.</summary>
/// <remarks>
/// The caller works too and waits only for threads that have begun to help: with a busy thread pool, or called from inside another
/// loop, it does everything alone. Indices are handed out in ascending order, each to whoever is free.
/// </remarks>
internal static class ParallelLoop
{
    /// <summary>The number of threads that an option means: 0 is one per processor.</summary>
    public static int Threads(int maxThreads) => maxThreads > 0 ? maxThreads : Environment.ProcessorCount;

    /// <summary>Runs <paramref name="body"/> for 0 .. count - 1.</summary>
    /// <param name="count">Number of indices.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="body">The work. What it throws first reaches the caller; indices not begun by then are left out.</param>
    public static void Run<TBody>(int count, int maxThreads, TBody body)
        where TBody : struct, ILoopBody
    {
        int threads = Math.Min(Threads(maxThreads), count);
        if (threads > 1)
        {
            SharedLoop<TBody>.Run(count, threads, body);
            return;
        }

        for (int index = 0; index < count; index++)
        {
            body.Run(index);
        }
    }

    /// <summary>A loop as its helpers see it.</summary>
    private abstract class SharedLoop
    {
        public abstract void Help();
    }

    /// <summary>A place in the queue of the thread pool. It may come up long after its loop has ended; then it does nothing.</summary>
    private sealed class Invitation : IThreadPoolWorkItem
    {
        // Those that were taken back stay in the queue until their turn comes. A pool that is too busy to follow gets no more of them.
        private static readonly int Most = Math.Max(64, 2 * Environment.ProcessorCount);

        private static readonly IdlePool<Invitation> Idle = new();
        private static int _made;

        private SharedLoop? _loop;

        /// <summary>Asks the thread pool for help; null where it has not even come to the invitations of the past.</summary>
        public static Invitation? Send(SharedLoop loop)
        {
            Invitation? invitation = Idle.Take() ?? Make();
            if (invitation is null)
            {
                return null;
            }

            Volatile.Write(ref invitation._loop, loop);
            ThreadPool.UnsafeQueueUserWorkItem(invitation, preferLocal: false);
            return invitation;
        }

        private static Invitation? Make()
        {
            if (Interlocked.Increment(ref _made) <= Most)
            {
                return new Invitation();
            }

            Interlocked.Decrement(ref _made);
            return null;
        }

        /// <summary>Whether the invitation could be taken back: nobody has followed it and nobody will.</summary>
        public bool Revoke(SharedLoop loop) => Interlocked.CompareExchange(ref _loop, null, loop) == loop;

        public void Execute()
        {
            SharedLoop? loop = Interlocked.Exchange(ref _loop, null);
            if (!Idle.Give(this))
            {
                Interlocked.Decrement(ref _made);
            }

            loop?.Help();
        }
    }

    private sealed class SharedLoop<TBody> : SharedLoop
        where TBody : struct, ILoopBody
    {
        // Long enough for a helper to end the index it works on in a small loop, short enough to leave the processor to others.
        private const int Spins = 20;

        private static readonly IdlePool<SharedLoop<TBody>> Idle = new();

        private readonly object _gate = new();
        private readonly List<Invitation> _invitations = [];
        private TBody _body;
        private int _count;
        private int _next;
        private int _finished;
        private ExceptionDispatchInfo? _error;

        public static void Run(int count, int threads, in TBody body)
        {
            SharedLoop<TBody> loop = Idle.Take() ?? new SharedLoop<TBody>();
            ExceptionDispatchInfo? error = loop.Run(count, body, threads - 1);
            Idle.Give(loop);
            error?.Throw();
        }

        public override void Help()
        {
            Work();
            lock (_gate)
            {
                _finished++;
                Monitor.Pulse(_gate);
            }
        }

        private ExceptionDispatchInfo? Run(int count, in TBody body, int helpers)
        {
            _body = body;
            _count = count;
            _next = -1;
            _finished = 0;
            for (int i = 0; i < helpers && Invitation.Send(this) is { } invitation; i++)
            {
                _invitations.Add(invitation);
            }

            int sent = _invitations.Count;
            Work();
            Wait(sent - Revoke());
            ExceptionDispatchInfo? error = _error;
            _error = null;
            _body = default;
            return error;
        }

        private int Revoke()
        {
            int revoked = 0;
            foreach (Invitation invitation in _invitations)
            {
                revoked += invitation.Revoke(this) ? 1 : 0;
            }

            _invitations.Clear();
            return revoked;
        }

        private void Wait(int helpers)
        {
            SpinWait spin = default;
            while (Volatile.Read(ref _finished) < helpers && spin.Count < Spins)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }

            // Always through the gate: only then has the last helper let go of this object.
            lock (_gate)
            {
                while (_finished < helpers)
                {
                    Monitor.Wait(_gate);
                }
            }
        }

        private void Work()
        {
            try
            {
                for (int index = Interlocked.Increment(ref _next); index < _count; index = Interlocked.Increment(ref _next))
                {
                    _body.Run(index);
                }
            }
            catch (Exception error)
            {
                // Carried to the caller, who throws it again; the others stop at their next index.
                Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(error), null);
                Volatile.Write(ref _next, _count);
            }
        }
    }
}
