using System.Text.Json;

namespace ZooPrune.MLNet;

/// <summary>What is written about a chain: the content of zooprune.json. Names and meanings are part of the file format, so they do not
/// change; a change that an older reader would get wrong raises <see cref="CurrentVersion"/>. Immutable.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">Version of the format.</param>
/// <param name="WrittenBy">For people who look into a file; not read.</param>
/// <param name="OnnxGpu">Where ML.NET's ONNX stages run; null if that was not said.</param>
/// <param name="Schema">The columns that the chain was saved for.</param>
/// <param name="Models">The vision-language models, which stages name by their index here.</param>
/// <param name="Parts">The stages, in order.</param>
internal sealed record SavedChain(
    string Format,
    int Version,
    string WrittenBy,
    SavedGpu? OnnxGpu,
    IReadOnlyList<SavedColumn> Schema,
    IReadOnlyList<SavedModel> Models,
    IReadOnlyList<SavedPart> Parts)
{
    public const string FileName = "zooprune.json";
    public const string FormatName = "ZooPruneModel";
    public const int CurrentVersion = 1;

    /// <summary>Name of the file that ML.NET saved for a part.</summary>
    public static string PartName(int index) => FormattableString.Invariant($"parts/{index}.zip");

    /// <summary>Name that a file of an embedded model has in the archive.</summary>
    public static string ModelFileName(int model, SavedFile file) => FormattableString.Invariant($"models/{model}/{file.Name}");
}

/// <summary>The GPU of ML.NET's ONNX stages.</summary>
internal sealed record SavedGpu(int DeviceId, bool FallbackToCpu);

/// <summary>A vision-language model.</summary>
/// <param name="Folder">Relative to the saved file's folder, with slashes; null if the model's files are in the archive.</param>
/// <param name="Options">How it is loaded.</param>
/// <param name="Files">Its files, named relative to the folder.</param>
internal sealed record SavedModel(string? Folder, JsonElement Options, IReadOnlyList<SavedFile> Files);

/// <summary>A file that has to be as it was.</summary>
/// <param name="Name">Relative path with slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256, 64 lower-case hexadecimal digits.</param>
internal sealed record SavedFile(string Name, long Bytes, string Sha256);

/// <summary>Either one stage of ours, or a file with one or more stages that ML.NET saved.</summary>
/// <param name="Stage">Name of the stage of ours.</param>
/// <param name="Version">Version of its options.</param>
/// <param name="Options">Its options, all of them: a default that changes later must not change a saved chain.</param>
/// <param name="File">What ML.NET saved.</param>
internal sealed record SavedPart(string? Stage, int? Version, JsonElement? Options, SavedFile? File);
