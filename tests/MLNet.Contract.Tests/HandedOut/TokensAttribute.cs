using Microsoft.ML.Data;

namespace ZooPrune.Contract;

[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class TokensAttribute(int size) : DataViewTypeAttribute
{
    public int Size => size;

    public override void Register() => DataViewTypeManager.Register(TokensType.Of(size), typeof(Tokens), this);

    public override bool Equals(DataViewTypeAttribute? other) => other is TokensAttribute t && t.Size == size;

    public override bool Equals(object? obj) => Equals(obj as DataViewTypeAttribute);

    public override int GetHashCode() => size;
}
