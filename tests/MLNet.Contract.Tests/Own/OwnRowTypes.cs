using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>A member of every type that the other row classes lack.</summary>
public class Many
{
    public sbyte A;
    public byte B;
    public short C;
    public ushort D;
    public ulong E;
    public DateTime F;
    public DateTimeOffset G;
    public TimeSpan H;
    public DataViewRowId I;
    public bool[] J = [];
    public byte[] K = [];

    [VectorType(2)]
    public string[] L = [];

    public TimeSpan[] M = [];
    public ReadOnlyMemory<char>[] N = [];
}

public class Keys
{
    [KeyType(5)]
    public uint U;

    [KeyType(4)]
    public byte B;

    [KeyType(5), VectorType(3)]
    public uint[] V = [];
}

public class PlainKeys
{
    public uint U;
    public byte B;
    public uint[] V = [];
}

public class IntU
{
    public int U;
}

public class IntKey
{
    [KeyType(5)]
    public int K;
}

public class FloatKey
{
    [KeyType(5)]
    public float K;
}

public class UncountedKey
{
    [KeyType]
    public uint K;
}

public class ZeroKey
{
    [KeyType(0)]
    public uint K;
}

public class BigKey
{
    [KeyType(300)]
    public byte K;
}

public class Access
{
    public float Both { get; set; }

    public float GetOnly { get; } = 1;

    public float PrivateSet { get; private set; }

    public float PrivateGet { private get; set; }

    public float SetOnly
    {
        set => Both = value;
    }

    public float InitOnly { get; init; }

    internal float Hidden { get; set; }

    protected float AlsoHidden { get; set; }
}

public class ReadOnlyX
{
    public readonly float X = 7;
}

public class Clash
{
    public float X;

    [ColumnName("X")]
    public float Y;
}

public class EmptyName
{
    [ColumnName("")]
    public float X;
}

public class CaseNames
{
    public float X;

    [ColumnName("x")]
    public float Other;
}

public class HidingMember : Number
{
    public new int X;
}

public class WithIndexer
{
    public float X;

    public float this[int index] => index;
}

public class Words
{
    public string[] W = [];
}

public class MemoryWords
{
    public VBuffer<ReadOnlyMemory<char>> W;
}

public class FloatWords
{
    public float[] W = [];
}

public class OneWord
{
    public string W = "";
}

public class PrefilledBuffer
{
    public VBuffer<float> X = new(2, [0f, 0f]);
}

public class SharedArray
{
    private static readonly float[] Shared = [0, 0];

    public float[] X = Shared;
}

public class PrefilledArray
{
    public float X;

    [VectorType(2)]
    public float[] Pair = [7, 8];
}

public class TwoVectors
{
    [ColumnName("a"), VectorType(2)]
    public float[] A = [1, 2];

    [ColumnName("b"), VectorType(2)]
    public float[] B = [3, 4];
}

/// <summary>An image of 6 x 4.</summary>
public class SizedImage
{
    [ColumnName("img"), ImageType(4, 6)]
    public MLImage? Img;
}

/// <summary>Extracted pixels.</summary>
public class Pixels
{
    [ColumnName("px")]
    public float[] Px = [];
}

/// <summary>Vectors of eight.</summary>
public class EightOnnxRow
{
    [ColumnName("x"), VectorType(8)]
    public float[] X = [];
}

/// <summary>Vectors of two dimensions.</summary>
public class GridOnnxRow
{
    [ColumnName("x"), VectorType(2, 2)]
    public float[] X = [];
}

/// <summary>Vectors that may be sparse.</summary>
public class BufferOnnxRow
{
    [ColumnName("x"), VectorType(4)]
    public VBuffer<float> X;
}

/// <summary>Vectors of two items of any type.</summary>
public class ItemOnnxRow<TItem>
{
    [ColumnName("x"), VectorType(2)]
    public TItem[] X = [];
}

/// <summary>A row with columns that a model's outputs hide.</summary>
public class OnnxRowWithY
{
    [ColumnName("x"), VectorType(4)]
    public float[] X = [];

    [ColumnName("y")]
    public int Y;

    [ColumnName("w")]
    public int W;
}
