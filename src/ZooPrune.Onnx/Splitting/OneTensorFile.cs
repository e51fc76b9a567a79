using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ZooPrune.Onnx;

/// <summary>A checkpoint (safetensors) of one float32 vector.</summary>
internal static class OneTensorFile
{
    public static byte[] Write(string name, float[] values)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            [name] = new { dtype = "F32", shape = new[] { values.Length }, data_offsets = new[] { 0, values.Length * sizeof(float) } },
        });

        // Values start at a multiple of eight; the header is filled up with spaces.
        int length = (header.Length + 7) & ~7;
        byte[] file = new byte[sizeof(long) + length + (values.Length * sizeof(float))];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        file.AsSpan(sizeof(long), length).Fill((byte)' ');
        header.CopyTo(file, sizeof(long));
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(file.AsSpan(sizeof(long) + length));
        return file;
    }
}
