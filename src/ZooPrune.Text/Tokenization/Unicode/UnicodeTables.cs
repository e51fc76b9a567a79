using System.Globalization;
using System.Reflection;
using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// What Hugging Face tokenizers knows of the Unicode character database: decompositions, combining classes and marks of Unicode 9,
/// punctuation of Unicode 8. Newer characters are none of these there, and .NET, which knows them, would give other ids; for normalization
/// forms it asks ICU besides, and hands text back as it is where a program runs without (InvariantGlobalization).
/// </summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> Loaded = new(() => new UnicodeTables());

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<(int First, int Second), int> _composites = [];
    private readonly HashSet<int> _seconds = [];
    private readonly HashSet<int> _marks = [];
    private readonly HashSet<int> _punctuation = [];

    private UnicodeTables()
    {
        const string Name = "ZooPrune.Text.UnicodeNormalization.txt";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The resource {Name} is missing from the assembly. Expected it there; build the assembly again.");
        using var reader = new StreamReader(stream);
        var canonical = new Dictionary<int, int[]>();
        var compatible = new Dictionary<int, int[]>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                Read(line.Split(' '), canonical, compatible);
            }
        }

        foreach (int code in canonical.Keys)
        {
            _canonical[code] = [.. Expand(code, canonical, [])];
        }

        foreach (int code in canonical.Keys.Concat(compatible.Keys))
        {
            _compatible[code] = [.. Expand(code, canonical, compatible)];
        }
    }

    public static UnicodeTables Instance => Loaded.Value;

    /// <summary>Whether a character joins one before it.</summary>
    public bool IsSecond(int code) => _seconds.Contains(code);

    /// <summary>Whether a character belongs to the one before it: accents, vowel signs.</summary>
    public bool IsMark(int code) => _marks.Contains(code);

    public bool IsPunctuation(int code) => _punctuation.Contains(code);

    /// <summary>The combining class: 0 for what stands alone; marks of one class keep their order.</summary>
    public byte CombiningClass(int code) => _classes.GetValueOrDefault(code);

    /// <summary>The whole decomposition of a character that has one.</summary>
    public bool TryDecompose(int code, bool compatible, out int[] parts) =>
        (compatible ? _compatible : _canonical).TryGetValue(code, out parts!);

    /// <summary>The character that two characters make.</summary>
    public bool TryCompose(int first, int second, out int composite) => _composites.TryGetValue((first, second), out composite);

    private static IEnumerable<int> Expand(int code, Dictionary<int, int[]> canonical, Dictionary<int, int[]> compatible) =>
        canonical.TryGetValue(code, out int[]? parts) || compatible.TryGetValue(code, out parts)
            ? parts.SelectMany(part => Expand(part, canonical, compatible))
            : [code];

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // The file says what its lines look like.
    private void Read(string[] fields, Dictionary<int, int[]> canonical, Dictionary<int, int[]> compatible)
    {
        if (fields[1] is "@" or "M" or "P")
        {
            int[] range = [.. fields[0].Split('-').Select(Hexadecimal)];
            for (int code = range[0]; code <= range[1]; code++)
            {
                if (fields[1] == "@")
                {
                    _classes[code] = byte.Parse(fields[2], CultureInfo.InvariantCulture);
                }
                else
                {
                    (fields[1] == "M" ? _marks : _punctuation).Add(code);
                }
            }

            return;
        }

        int decomposed = Hexadecimal(fields[0]);
        int[] parts = [.. fields[2..].Select(Hexadecimal)];
        (fields[1] == "~" ? compatible : canonical)[decomposed] = parts;
        if (fields[1] == "=")
        {
            _composites[(parts[0], parts[1])] = decomposed;
            _seconds.Add(parts[1]);
        }
    }
}

/// <summary>What Unicode calls a word character (\w of Technical Standard 18): letters, marks, digits, connectors, joiners.</summary>
internal static class WordCharacter
{
    public static bool Is(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,

        // Letters in circles and squares are symbols by category and alphabetic all the same.
        UnicodeCategory.OtherSymbol => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        _ => false,
    };
}
