using static ZooPrune.ErrorText;

namespace ZooPrune.Onnx;

/// <summary>Messages about a model's checkpoint, model.safetensors and its index.</summary>
internal static partial class Throw
{
    public static ZooPruneException WeightsUnreadable(string path, Exception exception) => Failed(
        $"Weights '{path}': the file cannot be read ({FirstLine(exception)}). Expected a safetensors file that may be opened; check its permissions or copy it again.",
        exception);

    public static ZooPruneException WeightsHeaderUnreadable(string path, Exception exception) => Failed(
        $"Weights '{path}': its header cannot be read as JSON ({FirstLine(exception)}). Expected a complete safetensors file; copy or download it again.",
        exception);

    public static ZooPruneException WeightsHeaderTooLong(string path, ulong length, int limit) => Failed(
        $"Weights '{path}': its header claims {length:N0} bytes. At most {limit:N0} are read; check that it is a safetensors file, copy or download it again.");

    public static ZooPruneException WeightsBroken(string path, string found) => Failed(
        $"Weights '{path}': {found}. Expected a complete safetensors file, whose tensors follow each other from the first byte to the last; copy or download it again.");

    public static ZooPruneException TensorBroken(string path, string name, string found) =>
        WeightsBroken(path, $"the tensor '{Shorten(name)}' {found}");

    public static ZooPruneException WeightType(string path, string name, string type) => Failed(
        $"Weights '{path}': the tensor '{name}' is of type {Shorten(type)}. Expected F32, F16, BF16 or F64; take the checkpoint that is not quantized.");

    public static ZooPruneException WeightTooLarge(string path, string name, long count, int limit) => Failed(
        $"Weights '{path}': the tensor '{name}' has {count:N0} values. At most {limit:N0} are read; check that the checkpoint is the model's own.");

    public static ZooPruneException WeightNotFinite(string path, string name, int index, float value) => Failed(
        $"Weights '{path}': value {index:N0} of the tensor '{name}' is {value}. All of them must be finite in 32 bits; take the model's own checkpoint.");

    public static ZooPruneException WeightsOutside(string path, string target) => Failed(
        $"Weights '{path}': it is a link to '{target}'. It must be a file in the model's folder, or in the hub's cache beside it; copy the file there.");

    public static ZooPruneException ShardName(string index, string tensor, string shard) => Failed(
        $"File '{index}': it has the tensor '{tensor}' in '{Shorten(shard)}'. Expected the name of a .safetensors file in the same folder, without a path; correct it or take the model's own index.");

    public static ZooPruneException ShardMissing(string index, string tensor, string shard) => Failed(
        $"File '{index}': it has the tensor '{tensor}' in '{Shorten(shard)}', which is missing. The file must be in the same folder; copy or download it too.");

    public static ZooPruneException ShardLacksTensor(string path, string tensor, string index) => Failed(
        $"Weights '{path}': the tensor '{tensor}' is missing, which {index} has there. Both must be of one checkpoint; copy or download them again.");
}
