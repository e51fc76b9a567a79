using System.Text;

namespace ZooPrune.Benchmarks;

/// <summary>
/// Words of an invented language, the commonest first: words of syllables, names in code, words of CJK characters. Seeded; drawn as often
/// as their place in the list says (Zipf), as words of a real language are.
/// </summary>
internal sealed class WordList
{
    private static readonly string[] Starts = ["", "b", "br", "c", "ch", "d", "f", "g", "gr", "h", "l", "m", "n", "p", "pl", "qu", "r", "s", "st", "str", "t", "th", "tr", "v", "w"];
    private static readonly string[] Middles = ["a", "e", "i", "o", "u", "ea", "ou", "ai", "io", "y"];
    private static readonly string[] Ends = ["", "", "n", "r", "s", "t", "ng", "nd", "l", "ck", "m", "st", "tion", "ed", "er"];

    private readonly string[] _words;

    private WordList(IEnumerable<string> words) => _words = [.. words];

    public IReadOnlyList<string> Words => _words;

    /// <summary>Words of one to five syllables; common ones are short.</summary>
    public static WordList Letters(int count, int seed)
    {
        var random = new Random(seed);
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (words.Count < count)
        {
            int syllables = 1 + random.Next(1 + (int)Math.Min(4, Math.Log10(words.Count + 1)));
            words.Add(string.Concat(Enumerable.Range(0, syllables).Select(_ => Syllable(random))));
        }

        return new WordList(words);
    }

    /// <summary>Words of one to four characters out of three thousand.</summary>
    public static WordList Ideographs(int count, int seed)
    {
        var random = new Random(seed);
        var words = new HashSet<string>(Enumerable.Range(0, 3000).Select(code => ((char)(0x4E00 + (code * 5))).ToString()), StringComparer.Ordinal);
        while (words.Count < count)
        {
            var word = new StringBuilder();
            for (int length = random.Next(2, 5); length > 0; length--)
            {
                word.Append((char)(0x4E00 + (5 * Place(random, 3000))));
            }

            words.Add(word.ToString());
        }

        return new WordList(words);
    }

    public static string Syllable(Random random) => Pick(Starts, random) + Pick(Middles, random) + Pick(Ends, random);

    public string Draw(Random random) => _words[Place(random, _words.Length)];

    /// <summary>A place drawn with a chance of about 1 / (place + 1).</summary>
    private static int Place(Random random, int count) => Math.Min((int)Math.Exp(random.NextDouble() * Math.Log(count + 1)) - 1, count - 1);

    private static string Pick(string[] parts, Random random) => parts[random.Next(parts.Length)];
}
