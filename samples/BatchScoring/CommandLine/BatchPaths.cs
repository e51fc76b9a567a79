namespace ZooPrune.Samples;

/// <summary>Where things are and how they are written, with the defaults filled in.</summary>
/// <param name="ModelFolder">The model.</param>
/// <param name="ImageFolder">Where image paths start.</param>
/// <param name="InputFormat">Format of the input.</param>
/// <param name="OutputFormat">Format of the output.</param>
internal sealed record BatchPaths(string ModelFolder, string ImageFolder, TableFormat InputFormat, TableFormat OutputFormat)
{
    /// <summary>Fills in the defaults.</summary>
    /// <exception cref="UsageException">A folder or the input is missing, or the input's format cannot be told.</exception>
    public static BatchPaths Resolve(BatchOptions options)
    {
        if (!File.Exists(options.Input))
        {
            throw Throw.MissingInput(options.Input);
        }

        if (options.Images is { } images && !Directory.Exists(images))
        {
            throw Throw.MissingImageFolder(images);
        }

        TableFormat input = options.InputFormat ?? TableFormats.OfFile(options.Input, "--input-format");
        return new BatchPaths(
            ModelLocation.Find(options.Model),
            options.Images ?? Path.GetDirectoryName(Path.GetFullPath(options.Input))!,
            input,
            options.OutputFormat ?? input);
    }
}
