namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneModel.Save"/>. Immutable.</summary>
public sealed record ZooPruneSaveOptions
{
    /// <summary>Whether the files of the vision-language models go into the saved file. Default: false; the saved file then names their
    /// folders, relative to its own, and the SHA-256 of each file.</summary>
    public bool EmbedModels { get; init; }

    /// <summary>The GPU, &gt;= 0, that the ApplyOnnxModel stages of the chain run on; null (the default) says nothing about it. ML.NET
    /// neither saves nor tells it, so it has to be said here to come back.</summary>
    public int? OnnxGpuDeviceId { get; init; }

    /// <summary>Whether ApplyOnnxModel stages go on without that GPU where there is none. Default: false.</summary>
    public bool OnnxFallbackToCpu { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Validate()
    {
        if (OnnxGpuDeviceId < 0)
        {
            throw Throw.GpuBelowZero(OnnxGpuDeviceId.Value);
        }
    }
}
