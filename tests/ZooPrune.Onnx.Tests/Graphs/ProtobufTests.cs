namespace ZooPrune.Onnx.Tests;

public sealed class ProtobufTests
{
    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(127L)]
    [InlineData(128L)]
    [InlineData(300L)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    public void ReadVarint_WhatWasWritten_ComesBack(long value)
    {
        ProtobufReader reader = new(new ProtobufWriter().WriteInt64(7, value).Message);

        Assert.True(reader.TryReadField(out int field, out WireType type));
        Assert.Equal((7, WireType.Varint), (field, type));
        Assert.Equal(value, (long)reader.ReadVarint());
        Assert.False(reader.TryReadField(out _, out _));
    }

    [Fact]
    public void Write_KnownMessage_HasTheBytesOfTheSpecification()
    {
        // The examples of the encoding's documentation: field 1 = 150, field 2 = "testing".
        byte[] message = new ProtobufWriter().WriteInt64(1, 150).WriteString(2, "testing").ToArray();

        Assert.Equal("089601120774657374696E67", Convert.ToHexString(message));
    }

    [Fact]
    public void Skip_EveryWireType_ReachesTheNextField()
    {
        ProtobufWriter writer = new ProtobufWriter().WriteInt64(1, 5).WriteSingle(2, 1.5f).WriteString(3, "abc");
        byte[] message = [.. writer.ToArray(), 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x28, 9];
        ProtobufReader reader = new(message);
        var fields = new List<int>();
        while (reader.TryReadField(out int field, out WireType type))
        {
            fields.Add(field);
            reader.Skip(type);
        }

        Assert.Equal([1, 2, 3, 4, 5], fields);
    }

    [Theory]
    [InlineData("80", "the file ends inside a number")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF01", "a number before byte 10 has more than ten bytes")]
    [InlineData("0A05AA", "a value of 5 bytes starts at byte 2 of 3")]
    [InlineData("0AFFFFFFFF7FAA", "a value of 34,359,738,367 bytes starts at byte 6 of 7")]
    [InlineData("0D0102", "the file ends 2 bytes too early")]
    [InlineData("00", "field tag 0 at byte 1 is not valid")]
    [InlineData("0B", "wire type 3 before byte 1 is not valid")]
    public void Skip_MalformedMessage_SaysWhatIsWrong(string hex, string message)
    {
        ProtobufReader reader = new(Convert.FromHexString(hex));

        var exception = Assert.Throws<InvalidDataException>(() =>
        {
            while (reader.TryReadField(out _, out WireType type))
            {
                reader.Skip(type);
            }
        });
        Assert.Equal(message, exception.Message);
    }
}
