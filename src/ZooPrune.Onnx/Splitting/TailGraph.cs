namespace ZooPrune.Onnx;

/// <summary>Writes a projector that is no Linear, GELU, Linear as a graph of its own.</summary>
internal static class TailGraph
{
    /// <exception cref="InvalidDataException">The steps cannot be written as a graph.</exception>
    public static ProjectorPart Write(ProjectorTail tail, string why) =>
        throw new InvalidDataException($"the projector after '{tail.Start}' has no closed form, {why}");
}
