using System.Diagnostics;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Projection;

/// <summary>Loads projector.onnx, or a projector that was cut off a vision encoder, as the class that can do most with it.</summary>
internal static class ProjectorLoader
{
    /// <param name="path">Full path of the file.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="encoderWidth">D that the vision encoder gives.</param>
    /// <param name="calibrationTokens">Gives visual tokens by which a low-rank sensitivity is chosen, when first needed.</param>
    /// <returns>
    /// An <see cref="MlpOnnxProjector"/> for Linear, GELU, Linear, a <see cref="LinearOnnxProjector"/> for one Linear, otherwise an
    /// <see cref="OnnxProjector"/>, which says why. All are disposable.
    /// </returns>
    /// <exception cref="ZooPruneException">The file cannot be loaded, is no projector, or has weights that are not finite.</exception>
    public static IProjector Load(string path, int threads, int encoderWidth, Func<float[]>? calibrationTokens = null)
    {
        return TryRecognize(path, out string reason) is { } part
            ? Load(part, path, threads, calibrationTokens)
            : OnnxProjector.Open(path, threads, encoderWidth, reason);
    }

    /// <param name="part">The projector.</param>
    /// <param name="name">What messages call it: the path of the vision encoder that it was cut off.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="calibrationTokens">Gives visual tokens by which a low-rank sensitivity is chosen, when first needed.</param>
    /// <returns>A projector that is disposable.</returns>
    /// <exception cref="ZooPruneException">The projector has weights that are not finite.</exception>
    public static IProjector Load(ProjectorPart part, string name, int threads, Func<float[]>? calibrationTokens = null)
    {
        try
        {
            return part switch
            {
                ProjectorPart.Mlp mlp => new MlpOnnxProjector(name, mlp.Weights, threads, calibrationTokens),
                ProjectorPart.Linear linear => new LinearOnnxProjector(name, linear.Layer, threads),
                ProjectorPart.Graph graph => OnnxProjector.Create(name, graph, threads),
                _ => throw new UnreachableException(),
            };
        }
        catch (ArgumentException exception)
        {
            throw Throw.ProjectorWeights(name, exception);
        }
    }

    private static ProjectorPart? TryRecognize(string path, out string reason)
    {
        // Where this small reader cannot follow a file (over 2 GB, an unknown encoding) and ONNX Runtime can, the projector still
        // works; its sensitivity is sampled, and every result says so.
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            var order = new GraphOrder(OnnxGraphReader.Read(file.Memory));
            var files = new ExternalDataFolder(Path.GetDirectoryName(path));
            return ProjectorRecognizer.Recognize(new ConstantFolder(order, files), out reason);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            reason = $"its file cannot be read for its weights ({exception.Message})";
            return null;
        }
    }
}
