using System.Text.Json;
using System.Text.Unicode;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// Reads the header of a safetensors file: a JSON object with dtype, shape and data_offsets of every tensor. Token by token, since a
/// header may have 100 MB, and a tree of it many times that.
/// </summary>
internal static class SafetensorsHeader
{
    private const string Metadata = "__metadata__";

    /// <summary>Every tensor, checked: bytes as dtype and shape say, one tensor after the other, from the first byte to the last.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="header">The JSON text.</param>
    /// <param name="dataLength">Bytes after the header.</param>
    /// <exception cref="ZooPruneException">The header is broken or does not fit the file.</exception>
    public static Dictionary<string, StoredTensor> Read(string path, ReadOnlySpan<byte> header, long dataLength)
    {
        if (!Utf8.IsValid(header))
        {
            throw Throw.WeightsBroken(path, "its header is not UTF-8");
        }

        try
        {
            Dictionary<string, StoredTensor> tensors = ReadTensors(path, header);
            CheckLayout(path, tensors, dataLength);
            return tensors;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, escaped, which is valid JSON and no text.
            throw Throw.WeightsHeaderUnreadable(path, exception);
        }
    }

    private static Dictionary<string, StoredTensor> ReadTensors(string path, ReadOnlySpan<byte> header)
    {
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(header);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Throw.WeightsBroken(path, $"its header is a JSON {reader.TokenType}, not an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == Metadata)
            {
                reader.Skip();
            }
            else if (!tensors.TryAdd(name, ReadTensor(path, name, ref reader)))
            {
                throw Wrong(path, name, $"is listed twice");
            }
        }

        // Moves over the white space that pads a header; anything else is no JSON.
        reader.Read();
        return tensors;
    }

    private static StoredTensor ReadTensor(string path, string name, ref Utf8JsonReader reader)
    {
        string? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong(path, name, $"is a JSON {reader.TokenType}, not an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when reader.TokenType == JsonTokenType.String:
                    type = reader.GetString();
                    break;
                case "shape":
                    shape = ReadSizes(path, name, key, ref reader);
                    break;
                case "data_offsets":
                    offsets = ReadSizes(path, name, key, ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return type is null || shape is null || offsets is not { Count: 2 }
            ? throw Wrong(path, name, $"lacks a dtype (text), a shape (a list) or data_offsets (two numbers)")
            : new StoredTensor(type, CountOf(path, name, shape), offsets[0], offsets[1]);
    }

    private static List<long> ReadSizes(string path, string name, string key, ref Utf8JsonReader reader)
    {
        var sizes = new List<long>();
        bool isList = reader.TokenType == JsonTokenType.StartArray;
        while (isList && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            sizes.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long size) && size >= 0
                ? size
                : throw Wrong(path, name, $"has other than whole numbers from 0 on in '{key}'"));
        }

        return isList ? sizes : throw Wrong(path, name, $"has '{key}' that is no list");
    }

    private static long CountOf(string path, string name, List<long> shape)
    {
        // A size of 0 makes it empty, whatever the others are.
        long count = shape.Contains(0) ? 0 : 1;
        foreach (long size in shape)
        {
            if (count > 0 && size > long.MaxValue / 64 / count)
            {
                throw Wrong(path, name, $"has a shape of {shape.Count:N0} sizes whose product is over the limits of a file");
            }

            count *= size;
        }

        return count;
    }

    private static void CheckLayout(string path, Dictionary<string, StoredTensor> tensors, long dataLength)
    {
        long end = 0;
        foreach ((string name, StoredTensor tensor) in tensors.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (tensor.End < tensor.Begin || tensor.End > dataLength)
            {
                throw Wrong(path, name, $"lies at bytes {tensor.Begin:N0} to {tensor.End:N0} of {dataLength:N0}");
            }

            if (tensor.Begin != end)
            {
                throw Wrong(path, name, $"starts at byte {tensor.Begin:N0}, where the one before it ends at {end:N0}");
            }

            if (tensor.Bits != 0 && tensor.Length != tensor.Count * (tensor.Bits / 8))
            {
                throw Wrong(path, name, $"has {tensor.Length:N0} bytes for {tensor.Count:N0} values of type {tensor.Type}");
            }

            end = tensor.End;
        }

        if (end != dataLength)
        {
            throw Throw.WeightsBroken(path, FormattableString.Invariant($"its tensors end at byte {end:N0} of {dataLength:N0}"));
        }
    }

    private static ZooPruneException Wrong(string path, string name, FormattableString found) =>
        Throw.TensorBroken(path, name, FormattableString.Invariant(found));
}

/// <summary>Where a safetensors file has a tensor. Immutable.</summary>
/// <param name="Type">"F32", "BF16", ...</param>
/// <param name="Count">Number of values, the product of the sizes; 1 for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record StoredTensor(string Type, long Count, long Begin, long End)
{
    public long Length => End - Begin;

    /// <summary>Bits of one value; 0 for a type that is newer than this reader, which is an error only where the tensor is read.</summary>
    public int Bits => Type switch
    {
        "F64" or "I64" or "U64" or "C64" => 64,
        "F32" or "I32" or "U32" => 32,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "BOOL" or "I8" or "U8" or "F8_E4M3" or "F8_E5M2" => 8,
        _ => 0,
    };
}
