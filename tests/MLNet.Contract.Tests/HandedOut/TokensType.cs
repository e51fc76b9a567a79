using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>The type of a <see cref="Tokens"/> column; one object per size unless a copy is asked for.</summary>
public sealed class TokensType : StructuredDataViewType
{
    private static readonly Dictionary<int, TokensType> Known = [];
    private readonly int _size;

    private TokensType(int size)
        : base(typeof(Tokens)) => _size = size;

    public static TokensType Of(int size)
    {
        lock (Known)
        {
            if (!Known.TryGetValue(size, out var type))
                Known.Add(size, type = new TokensType(size));
            return type;
        }
    }

    public static TokensType Copy(int size) => new(size);

    public override bool Equals(DataViewType? other) => other is TokensType t && t._size == _size;

    public override bool Equals(object? obj) => Equals(obj as DataViewType);

    public override int GetHashCode() => _size;

    public override string ToString() => $"Tokens<{_size}>";
}
