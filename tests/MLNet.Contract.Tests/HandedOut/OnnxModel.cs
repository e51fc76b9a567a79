using System.Text;

namespace ZooPrune.Contract;

/// <summary>A writer of small ONNX files: just enough of the protocol buffer wire format.</summary>
internal static class OnnxModel
{
    private const int Float = 1;

    /// <summary>y = x + x and z = -x over float tensors. A dimension is a number, or a name if it is not known.</summary>
    public static byte[] DoubleAndNegate(object[] dimensions) => Model(
        [Node("Add", ["x", "x"], "y"), Node("Neg", ["x"], "z")],
        [Value("x", dimensions)],
        [Value("y", dimensions), Value("z", dimensions)]);

    public static byte[] Model(byte[][] nodes, byte[][] inputs, byte[][] outputs)
    {
        byte[] graph =
        [
            .. nodes.SelectMany(n => Field(1, n)),
            .. Field(2, "g"),
            .. inputs.SelectMany(v => Field(11, v)),
            .. outputs.SelectMany(v => Field(12, v)),
        ];
        return [.. Field(1, 8), .. Field(7, graph), .. Field(8, Field(2, 13))];
    }

    public static byte[] Node(string operation, string[] inputs, string output) =>
        [.. inputs.SelectMany(i => Field(1, i)), .. Field(2, output), .. Field(4, operation)];

    public static byte[] Value(string name, object[] dimensions)
    {
        byte[] shape = [.. dimensions.SelectMany(d => Field(1, d is int size ? Field(1, size) : Field(2, (string)d)))];
        byte[] tensor = [.. Field(1, Float), .. Field(2, shape)];
        return [.. Field(1, name), .. Field(2, Field(1, tensor))];
    }

    private static byte[] Field(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Field(int number, string value) => Field(number, Encoding.UTF8.GetBytes(value));

    private static byte[] Field(int number, byte[] value) => [.. Varint((number << 3) | 2), .. Varint(value.Length), .. value];

    private static IEnumerable<byte> Varint(int value)
    {
        uint rest = (uint)value;
        for (; rest > 0x7F; rest >>= 7)
            yield return (byte)(rest | 0x80);
        yield return (byte)rest;
    }
}
