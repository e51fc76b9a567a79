using System.Buffers.Binary;
using System.Text;

namespace ZooPrune.Onnx.Tests;

/// <summary>Writes safetensors files, good ones and bad ones: the header is whatever text the test says.</summary>
internal static class SafetensorsBytes
{
    public static byte[] File(string header, params byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return [.. Prefix((ulong)text.Length), .. text, .. data];
    }

    public static byte[] Prefix(ulong headerLength)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerLength);
        return bytes;
    }

    /// <summary>A file with one vector of float32.</summary>
    public static byte[] Vector(string name, params float[] values) => File(
        $$$"""{"{{{name}}}":{"dtype":"F32","shape":[{{{values.Length}}}],"data_offsets":[0,{{{4 * values.Length}}}]}}""", Bytes(values));

    public static byte[] Bytes(params float[] values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        }

        return bytes;
    }
}
