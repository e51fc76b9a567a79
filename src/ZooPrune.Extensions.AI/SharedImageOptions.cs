using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;

namespace ZooPrune.Extensions.AI;

/// <summary>How pruned images are shared with other processes, so that none encodes what another has.</summary>
/// <remarks>
/// <para>An image is known by the SHA-256 of its bytes, the bytes of all files of the model, what the model was loaded with, this
/// library's version, and the pruning options. Files (file:///...) and custom selections are not shared. Pruned tokens of another
/// processor may differ in their last bits.</para>
/// <para>What comes from the cache is a stranger's until it is checked: its length, an HMAC-SHA-256 under <see cref="Secret"/>, its form,
/// and that this model can read it. What fails is encoded anew.</para>
/// <para>A cache that fails or is slow costs a request <see cref="Timeout"/> once; then it is left alone for <see cref="RetryAfter"/> at a
/// time. The meter "ZooPrune.Chat" and the log say so.</para>
/// </remarks>
public sealed record SharedImageOptions
{
    /// <summary>The default of <see cref="MaxBytes"/>, 16 MiB.</summary>
    public const int DefaultMaxBytes = 16 << 20;

    /// <summary>The cache; how much all entries may take is its own business. Any number of threads use it.</summary>
    public required IDistributedCache Cache { get; init; }

    /// <summary>What all processes know and nobody else, so that none takes an image that somebody else wrote. Default: empty, what an
    /// entry has to prove is that its writer has the model.</summary>
    public ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>How long an image stays after it was written, above 0. Default: one hour.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Largest image that is written or taken, in bytes, &gt;= 1. Default: 16 MiB.</summary>
    public int MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>How long one read or write may take, above 0. Default: one second.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the cache is left alone after it has failed, above 0. Default: 2 seconds.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where it is told that the cache is gone or back. Default: null, nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal void Validate()
    {
        if (Cache is null)
        {
            throw Throw.OptionOutOfRange($"SharedImages.{nameof(Cache)}", "null", "a cache");
        }

        if (MaxBytes < 1)
        {
            throw Throw.OptionOutOfRange($"SharedImages.{nameof(MaxBytes)}", MaxBytes, "at least 1 byte");
        }

        foreach ((string name, TimeSpan value) in (ReadOnlySpan<(string, TimeSpan)>)
            [(nameof(Lifetime), Lifetime), (nameof(Timeout), Timeout), (nameof(RetryAfter), RetryAfter)])
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(365))
            {
                throw Throw.OptionOutOfRange($"SharedImages.{name}", value, "above 0 and at most a year");
            }
        }
    }
}
