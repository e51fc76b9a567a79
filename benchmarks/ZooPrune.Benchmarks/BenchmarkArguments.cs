namespace ZooPrune.Benchmarks;

/// <summary>What the program was asked to do.</summary>
internal sealed record BenchmarkArguments
{
    public const string Help = """
        Usage: ZooPrune.Benchmarks [options]

        Without options: all BenchmarkDotNet suites (minutes). Every answer is checked against the reference before it is timed.

          --quick          the ratios that the project watches, measured in one run, in under a minute on two cores
          --methods        what each method's own choosing takes beside DivPrune's, 576 tokens of LLaVA-1.5's size, in half a minute
          --genai          first token and decoding beside ONNX Runtime GenAI on generated models of Qwen2-0.5B's size, what pruning
                           saves of what it could, the first prune of a process, memory (needs 8 GB of memory, 3 GB of disk in the
                           folder for temporary files, and about ten minutes)
          --load           requests a second and their 95th percentile with 1, 4, 16 and 32 callers, unpruned and pruned, as a table
          --hostile [KIND] seeded hostile templates, pictures, model folders, saved chains, disposals and requests, by the thousand
                           (minutes); KIND is templates, pictures, folders, zips, dispose or requests; with --tiny a twentieth
          --seed N         with --hostile: hunts elsewhere
          --device NAME    what a device does, cuda:0 for example: its answers beside the CPU's, bytes that come to the host, choosing and
                           whole answers of LLaVA-NeXT-7B's size in float16 (needs 30 GB of memory on either side and 14 GB of disk);
                           eng/gpu makes a bundle for a machine with a GPU. "cpu" runs it here
          --families DIR   with --device: a folder a model family, with its cases, to compare on both
          --layers N       with --genai, --load or --device: so many decoder layers instead of 24, for a shorter run
          --tiny           with --genai, --load or --device: models that take seconds, to see that all works
          --json FILE      with --quick, --methods, --genai, --load or --device: writes {"ratios":{...},"machine":{...},...} to FILE
          --break-even     what PruningAdvisor predicts against what is measured, on a small model and on a decoder layer of LLaVA's size
                           (needs 3 GB of memory and a minute or two)
          --model FOLDER   with --break-even: the small model; models/shapes-vlm if left out
          --filter GLOB    only the suites' benchmarks whose name matches, for example '*Prune*'
          --list           names the benchmarks and runs none
          --help           this text

        The kernel set can be forced with the environment variable ZOOPRUNE_KERNELS (reference, simd, simd128, simd256, simd512).
        Exit codes: 0 done, 1 an answer was wrong or a benchmark failed, 2 wrong usage.
        """;

    public bool ShowsHelp { get; private init; }

    public bool IsQuick { get; private init; }

    public bool IsMethods { get; private init; }

    public bool IsBreakEven { get; private init; }

    public bool IsGenAi { get; private init; }

    public bool IsLoad { get; private init; }

    /// <summary>Where --device runs; null for other runs.</summary>
    public string? Device { get; private init; }

    /// <summary>Folders of families to compare on the device; null for none.</summary>
    public string? Families { get; private init; }

    public bool IsHostile { get; private init; }

    /// <summary>One kind of hostile input; null for all.</summary>
    public string? HostileKind { get; private init; }

    public int Seed { get; private init; } = 1;

    /// <summary>Decoder layers; null for all.</summary>
    public int? Layers { get; private init; }

    public bool IsTiny { get; private init; }

    /// <summary>What a process started by --genai is to measure; null for other runs.</summary>
    public string[]? Child { get; private init; }

    public string? ModelFolder { get; private init; }

    public bool Lists { get; private init; }

    public string? JsonFile { get; private init; }

    public string? Filter { get; private init; }

    /// <summary>What is wrong with the arguments; null if nothing.</summary>
    public string? Error { get; private init; }

    public static BenchmarkArguments Parse(string[] arguments)
    {
        BenchmarkArguments line = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length && !arguments[i + 1].StartsWith('-') ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--help" or "-h":
                    return line with { ShowsHelp = true };
                case "--quick":
                    line = line with { IsQuick = true };
                    break;
                case "--methods":
                    line = line with { IsMethods = true };
                    break;
                case "--break-even":
                    line = line with { IsBreakEven = true };
                    break;
                case "--genai":
                    line = line with { IsGenAi = true };
                    break;
                case "--hostile":
                    line = line with { IsHostile = true, HostileKind = value };
                    i += value is null ? 0 : 1;
                    break;
                case "--seed" when int.TryParse(value, out int seed):
                    line = line with { Seed = seed };
                    i++;
                    break;
                case "--load":
                    line = line with { IsLoad = true };
                    break;
                case "--tiny":
                    line = line with { IsTiny = true };
                    break;
                case "--child":
                    return line with { Child = arguments[(i + 1)..] };
                case "--list":
                    line = line with { Lists = true };
                    break;
                case "--json" or "--filter" or "--model" or "--layers" or "--device" or "--families" when value is null:
                    return line with { Error = $"{arguments[i]}: it has no value. It needs one; see --help." };
                case "--layers" when int.TryParse(value, out int layers) && layers > 0:
                    line = line with { Layers = layers };
                    i++;
                    break;
                case "--layers":
                    return line with { Error = $"--layers: '{value}' is no number of layers. It needs one from 1 on; see --help." };
                case "--device":
                    line = line with { Device = value };
                    i++;
                    break;
                case "--families":
                    line = line with { Families = value };
                    i++;
                    break;
                case "--json":
                    line = line with { JsonFile = value };
                    i++;
                    break;
                case "--model":
                    line = line with { ModelFolder = value };
                    i++;
                    break;
                case "--filter":
                    line = line with { Filter = value };
                    i++;
                    break;
                default:
                    return line with
                    {
                        Error = $"'{arguments[i]}': there is no such option. Known are --quick, --methods, --genai, --load, --device, --families, --hostile, --seed, "
                            + "--layers, --tiny, --json, --break-even, --model, --filter, --list and --help; see --help.",
                    };
            }
        }

        if (line.ModelFolder is not null && !line.IsBreakEven)
        {
            return line with { Error = "--model: it was given without --break-even. Only that run reads a model; add --break-even." };
        }

        if (line.Families is not null && line.Device is null)
        {
            return line with { Error = "--families: it was given without --device. Only that run compares them; add --device." };
        }

        bool isRealSize = line.IsGenAi || line.IsLoad || line.Device is not null;
        if ((line.Layers is not null || (line.IsTiny && !line.IsHostile)) && !isRealSize)
        {
            return line with { Error = "--layers or --tiny: given without --genai, --load or --device. Only these generate a model; add one." };
        }

        return line.JsonFile is not null && !line.IsQuick && !line.IsMethods && !isRealSize
            ? line with { Error = "--json: it was given without --quick, --methods, --genai, --load or --device. Only these write ratios; add one." }
            : line;
    }
}
