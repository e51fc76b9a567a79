using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ZooPrune.Onnx;

/// <summary>Where a model runs: the CPU, or an execution provider of ONNX Runtime. Immutable.</summary>
/// <remarks>A provider comes with a native package beside ZooPrune; one that is missing is an error that names the package, and not a silent
/// fall to the CPU. Operations that a provider does not have run on the CPU, as always in ONNX Runtime.</remarks>
public sealed record Device : IParsable<Device>
{
    private const string CpuName = "cpu";
    private const string CudaName = "cuda";

    private readonly SortedDictionary<string, string> _options;

    private Device(string name, IEnumerable<KeyValuePair<string, string>> options)
    {
        Name = name;
        _options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in options)
        {
            _options[key] = value;
        }
    }

    /// <summary>The CPU; the default.</summary>
    public static Device Cpu { get; } = new(CpuName, []);

    /// <summary>"cpu", "cuda", or the provider's name.</summary>
    public string Name { get; }

    /// <summary>The provider's own options; see its page in ONNX Runtime's documentation.</summary>
    public IReadOnlyDictionary<string, string> ProviderOptions => _options;

    /// <summary>Whether the model may run on the CPU where the provider cannot be used; then every answer's note says so. Default:
    /// false.</summary>
    public bool AllowFallback { get; init; }

    /// <summary>Whether it is the CPU.</summary>
    public bool IsCpu => Name == CpuName;

    /// <summary>An NVIDIA GPU; needs the package Microsoft.ML.OnnxRuntime.Gpu.</summary>
    /// <param name="id">Which one, &gt;= 0.</param>
    /// <param name="memoryLimit">Most bytes of its memory that each graph may take, &gt; 0; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Device Cuda(int id = 0, long? memoryLimit = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(memoryLimit ?? 1, nameof(memoryLimit));
        List<KeyValuePair<string, string>> options = [new("device_id", id.ToString(CultureInfo.InvariantCulture))];
        if (memoryLimit is long limit)
        {
            options.Add(new("gpu_mem_limit", limit.ToString(CultureInfo.InvariantCulture)));
        }

        return new Device(CudaName, options);
    }

    /// <summary>Another execution provider: DirectML, CoreML, TensorRT, OpenVINO, QNN, ...</summary>
    /// <param name="name">Its name, in any case, with or without "ExecutionProvider" at the end.</param>
    /// <param name="options">Its own options; null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    public static Device Provider(string name, IReadOnlyDictionary<string, string>? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        string plain = name.Trim();
        const string Ending = "ExecutionProvider";
        plain = plain.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? plain[..^Ending.Length] : plain;
        return plain.ToLowerInvariant() switch
        {
            CpuName when options is null or { Count: 0 } => Cpu,
            CudaName => new Device(CudaName, options ?? new Dictionary<string, string>()),
            _ => new Device(plain, options ?? new Dictionary<string, string>()),
        };
    }

    /// <summary>Reads "cpu", "cuda", "cuda:1", or the name of a provider, with ":" and a device's number where it has several.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    /// <exception cref="FormatException">It is no device.</exception>
    public static Device Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, provider, out Device? device) ? device : throw Throw.DeviceUnknown(s);
    }

    /// <summary>Reads what <see cref="Parse"/> reads.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The device.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Device result)
    {
        result = null;
        string[] parts = (s ?? "").Trim().Split(':');
        int id = 0;
        if (parts[0].Length == 0 || !parts[0].All(char.IsAsciiLetterOrDigit) || parts.Length > 2
            || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out id)))
        {
            return false;
        }

        bool isCpu = parts[0].Equals(CpuName, StringComparison.OrdinalIgnoreCase);
        result = parts[0].Equals(CudaName, StringComparison.OrdinalIgnoreCase) ? Cuda(id)
            : isCpu && parts.Length == 1 ? Cpu
            : isCpu ? null
            : parts.Length == 1 ? Provider(parts[0])
            : Provider(parts[0], new Dictionary<string, string> { ["device_id"] = parts[1] });
        return result is not null;
    }

    /// <summary>What <see cref="Parse"/> reads, where nothing but the device's number is set.</summary>
    public override string ToString() =>
        ProviderOptions.TryGetValue("device_id", out string? id) && id != "0" ? $"{Name}:{id}" : Name;

    /// <summary>Two devices are equal if they have the same provider and the same options.</summary>
    /// <param name="other">The other device.</param>
    public bool Equals(Device? other) => other is not null
        && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase)
        && AllowFallback == other.AllowFallback
        && _options.SequenceEqual(other._options);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(Name), AllowFallback, _options.Count);
}
