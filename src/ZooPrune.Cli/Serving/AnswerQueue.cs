using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;
using ZooPrune.Serving;

namespace ZooPrune.Cli;

/// <summary>Lets so many requests be answered at once, so many wait, and turns the others away; and bounds the bytes of all of them.
/// Thread-safe.</summary>
internal sealed class AnswerQueue : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ZooPrune.Server";

    private readonly ConcurrencyLimiter _slots;
    private readonly CancellationTokenSource _draining = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _refused;
    private readonly ServerOptions _options;
    private readonly BytesInFlight _bytes;
    private int _running;

    public AnswerQueue(ServerOptions options)
    {
        _options = options;
        _bytes = new BytesInFlight(options.MaxBytesInFlight);
        _slots = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.Concurrency,
            QueueLimit = options.Queue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        _refused = _meter.CreateCounter<long>("zooprune.server.refused", "{request}", "Requests that were turned away.");
        _meter.CreateObservableGauge("zooprune.server.running", () => Running, "{request}", "Requests that are being answered.");
        _meter.CreateObservableGauge("zooprune.server.waiting", () => Waiting, "{request}", "Requests that wait for their turn.");
        _meter.CreateObservableGauge("zooprune.server.bytes", () => BytesInFlight, "By", "Bytes of the requests' bodies.");
    }

    /// <summary>Requests that are being answered.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Requests that wait for their turn.</summary>
    public int Waiting => (int)(_slots.GetStatistics()?.CurrentQueuedCount ?? 0);

    /// <summary>Bytes of the bodies that are being received or answered.</summary>
    public long BytesInFlight => _bytes.Count;

    /// <summary>Whether the server is being stopped.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Room for a body that is to come; dispose it to give the room back.</summary>
    public BodyRoom NewRoom() => new(this);

    /// <summary>Waits for a turn; dispose the result to let the next one in.</summary>
    /// <exception cref="Refusal">The queue is full, or the server is being stopped.</exception>
    /// <exception cref="OperationCanceledException">The request is over.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _draining.Token);
        RateLimitLease lease;
        try
        {
            lease = await _slots.AcquireAsync(1, stop.Token);
        }
        catch (OperationCanceledException) when (IsDraining && !cancellation.IsCancellationRequested)
        {
            throw Refuse(Refusal.Stopping());
        }

        if (!lease.IsAcquired)
        {
            lease.Dispose();
            throw Refuse(Refusal.Busy(_options.Queue));
        }

        Interlocked.Increment(ref _running);
        return new Release(() =>
        {
            lease.Dispose();
            if (Interlocked.Decrement(ref _running) == 0 && IsDraining)
            {
                _idle.TrySetResult();
            }
        });
    }

    /// <summary>Counts a refusal.</summary>
    public Refusal Refuse(Refusal refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("code", refusal.Code));
        return refusal;
    }

    /// <summary>Turns away what waits and what comes.</summary>
    /// <returns>When no answer is running any more.</returns>
    public async Task DrainAsync()
    {
        await _draining.CancelAsync();
        if (Running == 0)
        {
            _idle.TrySetResult();
        }

        await _idle.Task;
    }

    public void Dispose()
    {
        _slots.Dispose();
        _draining.Dispose();
        _meter.Dispose();
    }

    /// <summary>Room for the bytes of one body.</summary>
    internal sealed class BodyRoom(AnswerQueue queue) : IDisposable
    {
        private readonly BytesInFlight.Room _room = queue._bytes.NewRoom();

        /// <summary>Takes room for bytes that arrived.</summary>
        /// <exception cref="Refusal">All requests together have too many.</exception>
        public void Take(int bytes)
        {
            if (!_room.TryTake(bytes))
            {
                throw queue.Refuse(Refusal.TooManyBytes());
            }
        }

        public void Dispose() => _room.Dispose();
    }

    /// <summary>Does something once.</summary>
    private sealed class Release(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
