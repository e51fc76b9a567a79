using System.Text;

namespace ZooPrune.Benchmarks;

/// <summary>Seeded text as a model reads it: prose, code and CJK, with numbers, emoji and words that no vocabulary has.</summary>
internal static class VariedText
{
    public static WordList Words { get; } = WordList.Letters(60_000, 1);

    public static WordList Ideographs { get; } = WordList.Ideographs(30_000, 2);

    /// <param name="bytes">About how long, in UTF-8.</param>
    /// <param name="seed">Another text of the same kind.</param>
    public static string Make(int bytes, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(bytes);
        for (int written = 0; written < bytes;)
        {
            int start = text.Length;
            int kind = random.Next(20);
            Action<StringBuilder, Random> add = kind < 13 ? AddProse : kind < 17 ? AddCode : AddIdeographs;
            add(text, random);
            written += Encoding.UTF8.GetByteCount(text.ToString(start, text.Length - start));
        }

        return text.ToString();
    }

    private static void AddProse(StringBuilder text, Random random)
    {
        for (int sentence = random.Next(1, 6); sentence > 0; sentence--)
        {
            string first = Words.Draw(random);
            text.Append(char.ToUpperInvariant(first[0])).Append(first, 1, first.Length - 1);
            for (int word = random.Next(4, 25); word > 0; word--)
            {
                string next = random.Next(100) switch
                {
                    < 2 => NewWord(random),
                    2 => $"{random.Next(100_000)}",
                    3 => $"{Words.Draw(random)}'s",
                    4 => $"\"{Words.Draw(random)}\"",
                    5 => $"({Words.Draw(random)})",
                    _ => Words.Draw(random),
                };
                text.Append(' ').Append(next).Append(random.Next(9) == 0 ? "," : "");
            }

            text.Append(random.Next(50) == 0 ? " \U0001F642. " : ". ");
        }

        text.Append('\n');
    }

    private static void AddCode(StringBuilder text, Random random)
    {
        for (int line = random.Next(2, 10); line > 0; line--)
        {
            text.Append(' ', 4 * random.Next(1, 5));
            string name = $"{Words.Draw(random)}_{Words.Draw(random)}";
            text.Append(random.Next(4) switch
            {
                0 => $"for (int i = 0; i < {name}.Length; i++)",
                1 => $"if ({name} == {random.Next(1000)}) {{ return {Words.Draw(random)}[{random.Next(64)}]; }}",
                2 => $"var {name} = new {Words.Draw(random)}({random.Next(10)}.{random.Next(10)}f, \"{Words.Draw(random)}\");",
                _ => $"{name}({Words.Draw(random)}, &{Words.Draw(random)}->{Words.Draw(random)}); // {Words.Draw(random)}",
            }).Append('\n');
        }
    }

    private static void AddIdeographs(StringBuilder text, Random random)
    {
        for (int sentence = random.Next(1, 5); sentence > 0; sentence--)
        {
            for (int word = random.Next(3, 20); word > 0; word--)
            {
                text.Append(Ideographs.Draw(random)).Append(random.Next(7) == 0 ? "\uFF0C" : "");
            }

            text.Append('\u3002');
        }

        text.Append('\n');
    }

    private static string NewWord(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(2, 5)).Select(_ => WordList.Syllable(random)));
}
