using System.Buffers.Binary;

namespace ZooPrune.Tests;

/// <summary>Changes that any file can suffer: flipped, lost, repeated and overwritten bytes.</summary>
internal static class ByteMutation
{
    private static readonly ulong[] Extremes = [0, 1, 0x7F, 0xFF, 0x7FFF_FFFF, 0x8000_0000, uint.MaxValue, long.MaxValue, 1ul << 63, ulong.MaxValue];

    public static byte[] Apply(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        int place = random.Next(bytes.Count);
        int length = random.Next(Math.Min(bytes.Count - place, 200) + 1);
        switch (random.Next(7))
        {
            case 0:
                for (int count = random.Next(1, 9); count > 0; count--)
                {
                    bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
                }

                break;
            case 1:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
            case 2:
                bytes.RemoveRange(place, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(place, length));
                break;
            case 4:
                byte[] noise = new byte[length];
                random.NextBytes(noise);
                bytes.InsertRange(place, noise);
                break;
            case 5:
                // A number of the file, if a length or a size happens to lie there; near the start it often does.
                place = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 16) : bytes.Count);
                byte[] number = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(number, Extremes[random.Next(Extremes.Length)]);
                for (int i = 0; i < number.Length && place + i < bytes.Count; i++)
                {
                    bytes[place + i] = number[i];
                }

                break;
            default:
                byte value = (byte)new[] { 0, 0x20, 0x22, 0x5B, 0x7B, 0x80, 0xFF }[random.Next(7)];
                for (int i = 0; i < length; i++)
                {
                    bytes[place + i] = value;
                }

                break;
        }

        return [.. bytes];
    }
}
