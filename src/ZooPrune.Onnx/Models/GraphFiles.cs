namespace ZooPrune.Onnx.Models;

/// <summary>The ONNX files of a model folder, by graph and precision.</summary>
/// <param name="folder">Full path of the folder that holds them.</param>
internal sealed class GraphFiles(string folder)
{
    /// <summary>Every precision from the most to the least accurate, and how its files end, the preferred one first.</summary>
    private static readonly (ModelPrecision Precision, string[] Endings)[] Known =
    [
        (ModelPrecision.Float32, [""]),
        (ModelPrecision.Float16, ["_fp16"]),
        (ModelPrecision.Q8, ["_quantized", "_int8", "_uint8"]),
        (ModelPrecision.Q4, ["_q4", "_bnb4"]),
        (ModelPrecision.Q4F16, ["_q4f16"]),
    ];

    /// <summary>Full path of the folder that holds them.</summary>
    public string Folder { get; } = folder;

    /// <summary>The precisions in which a graph is there, the most accurate first.</summary>
    public IReadOnlyList<ModelPrecision> PrecisionsOf(string graph) =>
        [.. Known.Where(known => Find(graph, known.Endings) is not null).Select(known => known.Precision)];

    /// <summary>
    /// Full path of a graph in that precision; where that is not there, in the next more accurate one that is. Null where there is none.
    /// </summary>
    public string? Choose(string graph, ModelPrecision precision)
    {
        if (precision == ModelPrecision.Auto)
        {
            return Known.Select(known => Find(graph, known.Endings)).FirstOrDefault(path => path is not null);
        }

        return Known.TakeWhile(known => known.Precision <= precision).Reverse()
            .Select(known => Find(graph, known.Endings))
            .FirstOrDefault(path => path is not null);
    }

    private string? Find(string graph, string[] endings) =>
        endings.Select(ending => Path.Combine(Folder, $"{graph}{ending}.onnx")).FirstOrDefault(File.Exists);
}
