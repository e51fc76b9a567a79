using System.Threading.RateLimiting;

namespace ZooPrune.Samples;

/// <summary>Lets so many questions be answered at once, so many wait, and turns the others away. A question enters when all of it has
/// arrived, so a slow sender takes nobody's place. Thread-safe.</summary>
internal sealed class AnswerQueue(ServerOptions options) : IDisposable
{
    private readonly ConcurrencyLimiter _workers = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Workers,
        QueueLimit = options.Queue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Questions that wait right now.</summary>
    public int Waiting => (int)_workers.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Waits for a worker; dispose the result to let the next one in.</summary>
    /// <exception cref="Refusal">The queue is full.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        RateLimitLease lease = await _workers.AcquireAsync(1, cancellation);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw Refusal.Busy(options.Queue);
    }

    public void Dispose() => _workers.Dispose();
}
