using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: column types and row ids; the texts are the genuine packages' answers.</summary>
public static class OwnTypeScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Types_OtherPrimitives,
        Types_OfThirdParties,
        Types_VectorConstructors,
        Types_KeysOfEveryRawType,
        Types_ImageEquality,
        TypeManager_Errors,
        RowId_Order);

    private static string Types_OtherPrimitives()
    {
        var t = new Transcript();
        DataViewType[] types =
            [DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance, RowIdDataViewType.Instance];
        foreach (var type in types)
        {
            t.Line($"{type}: raw {type.RawType.Name}, primitive {Kit.Text(type is PrimitiveDataViewType)}, "
                + $"equals {string.Join(",", types.Select(o => Kit.Text(type.Equals(o))))}");
        }

        t.Line($"text equals null {Kit.Text(TextDataViewType.Instance.Equals(null))}");
        t.Line($"vector of row ids {new VectorDataViewType(RowIdDataViewType.Instance, 2)}");
        return t.ToString();
    }

    private static string Types_OfThirdParties()
    {
        var t = new Transcript();
        t.Throws("structured without a raw type", () => _ = new PlainStructured(null!));
        t.Throws("primitive without a raw type", () => _ = new PlainPrimitive(null!));
        t.Throws("primitive that is disposable", () => _ = new PlainPrimitive(typeof(Tokens)));
        t.Line($"{new VectorDataViewType(new PlainPrimitive(typeof(Guid)), 2)}");
        var view = new MLContext(1).Data.LoadFromEnumerable(Kit.Numbers(1));
        t.Line($"item types by object {Kit.Text(ReferenceEquals(Kit.ShapeOf(view.Schema)[0].ItemType, NumberDataViewType.Single))}");
        return t.ToString();
    }

    private static string Types_VectorConstructors()
    {
        var t = new Transcript();
        t.Part("no dimensions", () => t.Line($"  {new VectorDataViewType(NumberDataViewType.Single, Array.Empty<int>())}"));
        t.Part("default array of dimensions",
            () => t.Line($"  {new VectorDataViewType(NumberDataViewType.Single, default(ImmutableArray<int>))}"));
        t.Part("immutable array", () => t.Line($"  {new VectorDataViewType(NumberDataViewType.Single, ImmutableArray.Create(2, 0))}"));
        t.Part("null dimensions", () => t.Line($"  {new VectorDataViewType(NumberDataViewType.Single, (int[])null!)}"));
        var one = new VectorDataViewType(NumberDataViewType.Single, 3);
        t.Line($"one dimension either way {Kit.Text(one.Equals(new VectorDataViewType(NumberDataViewType.Single, ImmutableArray.Create(3))))}");
        t.Line($"item types compared {Kit.Text(new VectorDataViewType(new KeyDataViewType(typeof(uint), 5)).Equals(new VectorDataViewType(new KeyDataViewType(typeof(uint), 5))))}");
        t.Line($"{new VectorDataViewType(NumberDataViewType.Single, 0, 0)} {new VectorDataViewType(NumberDataViewType.Single, 3, 0)}");
        t.Throws("product beyond int with a zero",
            () => t.Line($"{new VectorDataViewType(NumberDataViewType.Single, 65536, 65536, 0).Size}"));
        return t.ToString();
    }

    private static string Types_KeysOfEveryRawType()
    {
        var t = new Transcript();
        foreach (var type in new[] { typeof(byte), typeof(ushort), typeof(uint), typeof(ulong), typeof(int), typeof(float), typeof(string) })
        {
            t.Part($"{type.Name} {Kit.Text(KeyDataViewType.IsValidDataType(type))}", () => t.Line($"  {new KeyDataViewType(type, 7)}"));
        }

        t.Throws("no type", () => _ = new KeyDataViewType(null!, 7));
        t.Throws("is null a type of keys", () => KeyDataViewType.IsValidDataType(null!));
        t.Throws("negative count", () => _ = new KeyDataViewType(typeof(uint), -1));
        t.Part("byte, 255", () => t.Line($"  {new KeyDataViewType(typeof(byte), 255)}"));
        t.Part("ulong, all", () => t.Line($"  {new KeyDataViewType(typeof(ulong), ulong.MaxValue)}"));
        t.Line($"equal hash codes {Kit.Text(new KeyDataViewType(typeof(uint), 5).GetHashCode() == new KeyDataViewType(typeof(uint), 5).GetHashCode())}");
        return t.ToString();
    }

    private static string Types_ImageEquality()
    {
        var t = new Transcript();
        t.Line($"{Kit.Text(new ImageDataViewType().Equals(new ImageDataViewType()))} {Kit.Text(new ImageDataViewType(1, 2).Equals(new ImageDataViewType()))}");
        t.Throws("height 0", () => _ = new ImageDataViewType(0, 1));
        t.Throws("width 0", () => _ = new ImageDataViewType(1, 0));
        t.Line($"attributes {Kit.Text(new ImageTypeAttribute(1, 2).Equals(new ImageTypeAttribute(1, 2)))} {Kit.Text(new ImageTypeAttribute(1, 2).Equals(new ImageTypeAttribute(2, 1)))}");
        t.Throws("attribute without a size", () => new ImageTypeAttribute().Register());
        return t.ToString();
    }

    private static string TypeManager_Errors()
    {
        var t = new Transcript();
        t.Throws("no column type", () => DataViewTypeManager.Register(null!, typeof(Tokens)));
        t.Throws("no type", () => DataViewTypeManager.Register(TokensType.Of(21), null!));
        t.Throws("no attribute", () => DataViewTypeManager.Register(new PlainPrimitive(typeof(Uri)), typeof(Uri)));
        t.Throws("null attributes",
            () => DataViewTypeManager.Register(new PlainPrimitive(typeof(Version)), typeof(Version), (IEnumerable<Attribute>)null!));
        t.Throws("other attributes", () => DataViewTypeManager.Register(TokensType.Of(24), typeof(Tokens), [new ObsoleteAttribute()]));
        t.Throws("two attributes",
            () => DataViewTypeManager.Register(TokensType.Of(25), typeof(Tokens), [new TokensAttribute(25), new TokensAttribute(26)]));
        t.Throws("one attribute in a list",
            () => DataViewTypeManager.Register(TokensType.Of(27), typeof(Tokens), [new TokensAttribute(27)]));
        t.Throws("same column type, another attribute",
            () => DataViewTypeManager.Register(TokensType.Of(27), typeof(Tokens), new TokensAttribute(28)));
        return t.ToString();
    }

    private static string RowId_Order()
    {
        var t = new Transcript();
        DataViewRowId[] ids = [new(5, 0), new(0, 1), new(4, 1), new(ulong.MaxValue, 0)];
        t.Line(string.Join(" ", ids.Order()));
        t.Line($"{Kit.Text(ids[0].Equals((object)new DataViewRowId(5, 0)))} {Kit.Text(ids[0].Equals(null))} {default(DataViewRowId)}");
        t.Line($"combined with another differs {Kit.Text(!ids[0].Combine(ids[1]).Equals(ids[0].Combine(ids[2])))}");
        return t.ToString();
    }

    private sealed class PlainStructured(Type rawType) : StructuredDataViewType(rawType)
    {
        public override bool Equals(DataViewType? other) => ReferenceEquals(this, other);
    }

    private sealed class PlainPrimitive(Type rawType) : PrimitiveDataViewType(rawType)
    {
        public override bool Equals(DataViewType? other) => other is PlainPrimitive && other.RawType == RawType;

        public override bool Equals(object? obj) => Equals(obj as DataViewType);

        public override int GetHashCode() => RawType.GetHashCode();

        public override string ToString() => "Plain";
    }
}
