using ZooPrune.Onnx;

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

/// <summary>Options of <see cref="ZooPruneModel.Load"/>: what is different here from where the file was saved. Immutable.</summary>
public sealed record ZooPruneLoadOptions
{
    /// <summary>Folder of the vision-language model, if it is not where the file says; null (the default) looks there. Its files must be
    /// the ones that were saved all the same.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Folder in which the relative image paths of our stages start; null (the default) takes the saved ones.</summary>
    public string? ImageFolder { get; init; }

    /// <summary>How the vision-language models run; null (the default) as they did where the file was saved.</summary>
    public VisionLanguageModelOptions? ModelOptions { get; init; }

    /// <summary>Whether ApplyOnnxModel stages run on what the MLContext says, and not on the saved GPU. Default: false.</summary>
    public bool IgnoreSavedGpu { get; init; }

    /// <summary>Most bytes that a part which ML.NET saved may have once it is unpacked, &gt;= 1. Default: 4 GiB. A part that claims or
    /// has more is refused before ML.NET sees it.</summary>
    public long MaxUnpackedBytes { get; init; } = 4L << 30;

    /// <inheritdoc cref="VisionStageOptions.Cancellation"/>
    public CancellationToken Cancellation { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Validate()
    {
        if (MaxUnpackedBytes < 1)
        {
            throw Throw.MaxUnpackedBytesBelowOne(MaxUnpackedBytes);
        }
    }
}
