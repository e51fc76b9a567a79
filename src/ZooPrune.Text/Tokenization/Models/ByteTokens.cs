using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>The tokens &lt;0x00&gt; to &lt;0xFF&gt;, one for each byte: how a vocabulary writes characters that it lacks.</summary>
internal sealed class ByteTokens
{
    private readonly int?[] _ids;

    public ByteTokens(Vocabulary vocabulary) =>
        _ids = [.. Enumerable.Range(0, 256).Select(value => vocabulary.Find($"<0x{value:X2}>"))];

    /// <summary>The ids of those that there are.</summary>
    public IEnumerable<int> Ids => _ids.OfType<int>();

    /// <summary>Whether every byte has its token.</summary>
    public bool IsComplete => _ids.All(id => id is not null);

    /// <summary>The byte that a token stands for, or null.</summary>
    public static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : null;

    /// <summary>Appends the tokens of a text's bytes in UTF-8; none at all where one of them has no token.</summary>
    public bool TryAppend(string text, List<int> ids)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (!bytes.All(value => _ids[value] is not null))
        {
            return false;
        }

        ids.AddRange(bytes.Select(value => _ids[value]!.Value));
        return true;
    }
}
