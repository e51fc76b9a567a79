using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

public class Number
{
    public float X;
}

public class NumberAndY
{
    public float X;
    public float Y = -1;
}

public class NumberAndP
{
    public float X;
    public float P;
}

public class OnlyP
{
    public float P;
}

public class OnlyZ
{
    public float Z = -1;
}

public class TwoOutputs
{
    public float P;
    public float Q;
}

public class Nothing
{
}

public class IntX
{
    public int X;
}

public class DoubleX
{
    public double X;
}

public class FreeX
{
    public float[] X = [];
}

public class FixedX
{
    [VectorType(3)]
    public float[] X = [];
}

public class FixedX4
{
    [VectorType(4)]
    public float[] X = [];
}

public class BufferX
{
    public VBuffer<float> X;
}

public class Scalars
{
    public float F;
    public double D;
    public int I;
    public long L;
    public uint U;
    public bool B;
    public string? S;
    public ReadOnlyMemory<char> M;
}

public class Vectors
{
    public float[] Free = [];

    [VectorType(3)]
    public float[] Fixed = [0, 0, 0];

    [VectorType(2, 2)]
    public float[] Grid = [0, 0, 0, 0];

    public string[] Words = [];
    public VBuffer<float> Buffer;

    [VectorType(3)]
    public VBuffer<float> FixedBuffer = new(3, [0f, 0f, 0f]);
}

public class Nullables
{
    public string? Text;
    public float[]? Free;

    [VectorType(3)]
    public float[]? Fixed;

    public string?[]? Words = ["a", null];
}

public class Base
{
    public float Field;

    public float Property { get; set; }

    [ColumnName("other")]
    public float Renamed { get; set; }

    [NoColumn]
    public float Skipped;

    public float ReadOnly => Field;

    private readonly float _unseen = 1;

    protected float Unseen => _unseen;

    public static float AlsoUnseen { get; set; }

    public const float AlsoSkipped = 1;
}

public sealed class Derived : Base
{
    public float OwnField;

    public float OwnProperty { get; set; }
}

public class WithObject
{
    public object Value = new();
}

public class WithList
{
    public List<float> Value = [];
}

public class WithJagged
{
    public float[][] Value = [];
}

public class WithEnum
{
    public DayOfWeek Value;
}

public class WithNullable
{
    public float? Value;
}

public class WithChar
{
    public char Value;
}

public class WithMisplacedSize
{
    [VectorType(3)]
    public float Value;
}

public class WithNothing
{
    public static float Value { get; set; }
}

public class WithKey
{
    [KeyType(5)]
    public uint K;
}

public class Mapped
{
    public float Y;

    [VectorType(2)]
    public float[] Pair = [];
}

public class Renamed
{
    [ColumnName("in"), VectorType(2)]
    public float[] In = [];
}

public class Mixed
{
    public float A;

    [VectorType(2)]
    public float[] B = [];

    public float[] C = [];

    [VectorType(2, 2)]
    public float[] Grid = [];

    public int N;
    public string Text = "";
}

public class TokensRow
{
    [ColumnName("tok"), Tokens(3)]
    public Tokens? Tok;
}

public class OtherTokensRow
{
    [ColumnName("tok"), Tokens(4)]
    public Tokens? Tok;
}

public class UndeclaredRow
{
    public Tokens? Tok;
}

public class PathRow
{
    public string Path = "";
}

public class ImageRow
{
    [ColumnName("img"), ImageType(1, 2)]
    public MLImage? Img;
}

public class OnnxRow
{
    [ColumnName("x"), VectorType(4)]
    public float[] X = [];
}

public class FreeOnnxRow
{
    [ColumnName("x")]
    public float[] X = [];
}

public class FiveOnnxRow
{
    [ColumnName("x"), VectorType(5)]
    public float[] X = [];
}

public class IntOnnxRow
{
    [ColumnName("x"), VectorType(4)]
    public int[] X = [];
}

public class ScalarOnnxRow
{
    [ColumnName("x")]
    public float X;
}

public class OnnxOutput
{
    [ColumnName("y")]
    public float[] Y = [];
}
