namespace ZooPrune.Onnx;

/// <summary>Loads projector.onnx as the class that can do most with it.</summary>
internal static class ProjectorLoader
{
    /// <param name="path">Full path of the file.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="encoderWidth">D that the vision encoder gives.</param>
    /// <param name="probeTokens">Gives visual tokens by which a low-rank sensitivity is chosen, when first needed.</param>
    /// <returns>An <see cref="MlpOnnxProjector"/> for Linear, GELU, Linear with float32 or float16 weights, otherwise an
    /// <see cref="OnnxProjector"/>, which says why. Both are disposable.</returns>
    /// <exception cref="ZooPruneException">The file cannot be loaded, is no projector, or has weights that are not finite.</exception>
    public static IProjector Load(string path, int threads, int encoderWidth, Func<float[]>? probeTokens = null)
    {
        MlpWeights? weights = TryRecognize(path, out string reason);
        try
        {
            return weights is not null
                ? new MlpOnnxProjector(path, weights, threads, probeTokens)
                : OnnxProjector.Open(path, threads, encoderWidth, reason);
        }
        catch (ArgumentException exception)
        {
            throw Throw.ProjectorWeights(path, exception);
        }
    }

    private static MlpWeights? TryRecognize(string path, out string reason)
    {
        // Where this small reader cannot follow a file (over 2 GB, an unknown encoding) and ONNX Runtime can, the projector still
        // works; its sensitivity is sampled, and every result says so.
        try
        {
            return MlpRecognizer.Recognize(OnnxGraphReader.Read(File.ReadAllBytes(path)), out reason);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            reason = $"its file cannot be read for its weights ({exception.Message})";
            return null;
        }
    }
}
