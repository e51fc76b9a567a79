using System.Runtime.InteropServices;

namespace ZooPrune.Samples.Tests;

/// <summary>Changes the weights in an ONNX file in place. Knows just enough of the format to find them.</summary>
internal static class OnnxWeights
{
    private const int GraphOfModel = 7;
    private const int InitializerOfGraph = 5;
    private const int DataTypeOfTensor = 2;
    private const int RawDataOfTensor = 9;
    private const ulong Float = 1;

    /// <summary>Makes every float32 weight of the file NaN.</summary>
    /// <returns>How many weights that were.</returns>
    public static int FillWithNaN(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int changed = 0;
        foreach (Range graph in Fields(file, GraphOfModel))
        {
            Span<byte> graphBytes = file.AsSpan(graph);
            foreach (Range tensor in Fields(graphBytes, InitializerOfGraph))
            {
                changed += FillTensor(graphBytes[tensor]);
            }
        }

        File.WriteAllBytes(path, file);
        return changed;
    }

    private static int FillTensor(Span<byte> tensor)
    {
        if (Number(tensor, DataTypeOfTensor) != Float)
        {
            return 0;
        }

        int changed = 0;
        foreach (Range data in Fields(tensor, RawDataOfTensor))
        {
            Span<float> values = MemoryMarshal.Cast<byte, float>(tensor[data]);
            values.Fill(float.NaN);
            changed += values.Length;
        }

        return changed;
    }

    /// <summary>Where the length-delimited fields of that number are.</summary>
    private static List<Range> Fields(ReadOnlySpan<byte> message, int number)
    {
        List<Range> found = [];
        Walk(message, (field, _, range) =>
        {
            if (field == number && range is { } place)
            {
                found.Add(place);
            }
        });
        return found;
    }

    private static ulong? Number(ReadOnlySpan<byte> message, int number)
    {
        ulong? found = null;
        Walk(message, (field, value, _) => found = field == number ? value : found);
        return found;
    }

    private static void Walk(ReadOnlySpan<byte> message, Action<int, ulong?, Range?> visit)
    {
        int position = 0;
        while (position < message.Length)
        {
            ulong key = Varint(message, ref position);
            int field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    visit(field, Varint(message, ref position), null);
                    break;
                case 1:
                    position += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref position);
                    visit(field, null, position..(position + length));
                    position += length;
                    break;
                case 5:
                    position += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} at {position}.");
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
