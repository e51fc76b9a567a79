namespace ZooPrune.Onnx;

/// <summary>Loads projector.onnx as the class that can do most with it.</summary>
internal static class ProjectorLoader
{
    /// <param name="path">Full path of the file.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="encoderWidth">D that the vision encoder gives.</param>
    /// <returns>An <see cref="MlpOnnxProjector"/> for Linear, GELU, Linear with float32 weights, otherwise an
    /// <see cref="OnnxProjector"/>. Both are disposable.</returns>
    /// <exception cref="ZooPruneException">The file cannot be loaded, is no projector, or has weights that are not finite.</exception>
    public static IProjector Load(string path, int threads, int encoderWidth)
    {
        OnnxProjector projector = OnnxProjector.Open(path, threads, encoderWidth);
        try
        {
            return TryRecognize(path) is { } weights && Fits(weights, projector)
                ? new MlpOnnxProjector(projector, weights, threads)
                : projector;
        }
        catch (ArgumentException exception)
        {
            projector.Dispose();
            throw Throw.ProjectorWeights(path, exception);
        }
    }

    private static MlpWeights? TryRecognize(string path)
    {
        // ONNX Runtime has loaded the file already. Where this small reader cannot follow it (over 2 GB, an unknown encoding),
        // the projector still works; its sensitivity is sampled, and every result says so.
        try
        {
            return MlpRecognizer.Recognize(OnnxGraphReader.Read(File.ReadAllBytes(path)), out _);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return null;
        }
    }

    private static bool Fits(MlpWeights weights, OnnxProjector projector) =>
        weights.First.InputWidth == projector.InputWidth && weights.Second.OutputWidth == projector.OutputWidth;
}
