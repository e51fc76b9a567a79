using System.Reflection;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>
/// Everything that decides what the output holds, by name: a run may only be resumed where all of it is the same. The images' bytes are
/// not among it, and neither is what only changes how fast the rows come.
/// </summary>
internal static class RunIdentity
{
    /// <summary>Which part of the table was scored; the only thing in which the shards of a run differ, with <see cref="Rows"/>.</summary>
    public const string Shard = "--shard";

    /// <summary>The rows of that part.</summary>
    public const string Rows = "rows";

    /// <summary>The hash of their bytes, where the input is not hashed as a whole.</summary>
    public const string RowBytes = "bytes of rows";

    /// <summary>What is the same in all shards of a run.</summary>
    public static SortedDictionary<string, string> Common(SortedDictionary<string, string> run) =>
        new(run.Where(entry => entry.Key is not (Shard or Rows or RowBytes)).ToDictionary(), StringComparer.Ordinal);

    /// <summary>Names and values, hashes where a value is a file.</summary>
    public static SortedDictionary<string, string> Of(
        ScoreOptions options, InputTable table, VisionLanguageModel model, string images, TableFormat outputFormat) =>
        new(StringComparer.Ordinal)
        {
            ["program"] = typeof(RunIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            ["input"] = table.Hash(isPart: options.Shard is not null),
            ["model"] = model.HashFiles(),
            ["images"] = Path.GetFullPath(images),
            ["--allow-outside"] = options.AllowOutside ? "on" : "off",
            ["input format"] = TableFormats.Names.NameOf(table.Format),
            ["output format"] = TableFormats.Names.NameOf(outputFormat),
            ["--separator"] = $"{options.Separator}",
            ["--columns"] = options.Columns.ToString(),
            ["--keep"] = options.Keep.ToString(),
            ["--method"] = Names.Methods.NameOf(options.Method),
            ["--precision"] = Names.Precisions.NameOf(options.Running.Precision),
            ["--device"] = $"{options.Running.Device}",
            ["--positions"] = Names.Positions.NameOf(options.Running.Positions),
            ["--max-new-tokens"] = $"{options.MaxNewTokens}",
            ["--batch"] = $"{options.Batch}",
            ["--threads"] = $"{options.Running.Threads}",
            ["--exif-orientation"] = options.Running.ApplyExifOrientation ? "on" : "off",
            ["--max-image-pixels"] = $"{options.Running.MaxImagePixels}",
            ["--max-pixels"] = $"{options.Running.MaxPixels}",
            ["--timings"] = options.Timings ? "on" : "off",
        };
}
