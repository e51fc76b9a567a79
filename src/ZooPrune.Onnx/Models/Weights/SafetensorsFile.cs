using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// A safetensors file: eight bytes with the length of the header, the header, the tensors' bytes. Only the header and the tensors
/// that are asked for are read. Safe to use from several threads.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    /// <summary>The format's own limit.</summary>
    public const int MaxHeaderLength = 100_000_000;

    /// <summary>What is read here are vectors of a language model's width; 64 MB of values are no such thing.</summary>
    public const int MaxCount = 16 << 20;

    private const int PrefixLength = 8;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private SafetensorsFile(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
        long length = RandomAccess.GetLength(file);
        if (length < PrefixLength)
        {
            throw Throw.WeightsBroken(path, FormattableString.Invariant($"it has {length:N0} bytes, too few for a header"));
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(0, PrefixLength));
        if (headerLength > MaxHeaderLength)
        {
            throw Throw.WeightsHeaderTooLong(path, headerLength, MaxHeaderLength);
        }

        _dataStart = PrefixLength + (long)headerLength;
        if (_dataStart > length)
        {
            throw Throw.WeightsBroken(
                path, FormattableString.Invariant($"its header should have {headerLength:N0} bytes, and the file has {length:N0}"));
        }

        _tensors = SafetensorsHeader.Read(path, ReadBytes(PrefixLength, (int)headerLength), length - _dataStart);
    }

    /// <summary>Opens the file and checks its header.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="ZooPruneException">The file cannot be read, or its header is broken.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            RegularFile.Check(path);
            file = File.OpenHandle(path);
            return new SafetensorsFile(path, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // NotSupportedException: what cannot be read at an offset, such as a pipe.
            file?.Dispose();
            throw Throw.WeightsUnreadable(path, exception);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The values of a tensor, row-major.</summary>
    /// <param name="name">One that the file has.</param>
    /// <exception cref="ZooPruneException">
    /// The tensor is no float tensor, is very large or holds NaN or infinity, or the file cannot be read.
    /// </exception>
    public float[] Read(string name)
    {
        StoredTensor tensor = _tensors[name];
        if (tensor.Type is not ("F32" or "F16" or "BF16" or "F64"))
        {
            throw Throw.WeightType(_path, name, tensor.Type);
        }

        if (tensor.Count > MaxCount)
        {
            throw Throw.WeightTooLarge(_path, name, tensor.Count, MaxCount);
        }

        float[] values;
        try
        {
            values = Convert(tensor.Type, ReadBytes(_dataStart + tensor.Begin, (int)tensor.Length));
        }
        catch (IOException exception)
        {
            throw Throw.WeightsUnreadable(_path, exception);
        }

        int odd = Array.FindIndex(values, value => !float.IsFinite(value));
        return odd < 0 ? values : throw Throw.WeightNotFinite(_path, name, odd, values[odd]);
    }

    public void Dispose() => _file.Dispose();

    private byte[] ReadBytes(long offset, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            int read = RandomAccess.Read(_file, bytes.AsSpan(done), offset + done);
            done += read > 0 ? read : throw new EndOfStreamException("the file became shorter while it was read");
        }

        return bytes;
    }

    private static float[] Convert(string type, byte[] bytes)
    {
        float[] values = new float[type switch { "F64" => bytes.Length / 8, "F32" => bytes.Length / 4, _ => bytes.Length / 2 }];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = type switch
            {
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 * i)),
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i)),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(2 * i)),
                _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)) << 16),
            };
        }

        return values;
    }
}

/// <summary>A checkpoint (safetensors) of one float32 vector.</summary>
internal static class SafetensorsWriter
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
