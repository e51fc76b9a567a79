using System.Globalization;

namespace ZooPrune.Text.Tests;

/// <summary>The two ways to merge, on words of every length.</summary>
public sealed class PairMergerTests
{
    [Fact]
    public void Merge_ShortAndLongWay_GiveTheSame()
    {
        using var folder = new TestFolder();
        using JsonFile file = JsonFile.Open(folder.Write("a.json", Model()));
        var vocabulary = Vocabulary.Read(file.Root.Section("vocab"));
        var merges = MergeTable.Read(file.Root, vocabulary, 0);
        var random = new Random(11);
        for (int length = 0; length <= 130; length++)
        {
            for (int round = 0; round < 40; round++)
            {
                int[] word = [.. Enumerable.Range(0, length).Select(_ => random.Next(4))];
                int[] shortWay = [.. word];
                int[] longWay = [.. word];

                int shortCount = PairMerger.MergeShort(shortWay, merges);
                int longCount = PairMerger.MergeLong(longWay, merges);

                Assert.Equal(longWay[..longCount], shortWay[..shortCount]);
            }
        }
    }

    /// <summary>Eighty merges of pairs of what there is, in any order.</summary>
    private static string Model()
    {
        var random = new Random(5);
        List<string> tokens = ["a", "b", "c", "d"];
        var merges = new List<string>();
        while (tokens.Count < 84)
        {
            (string left, string right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            if (left.Length + right.Length < 9 && !tokens.Contains(left + right))
            {
                tokens.Add(left + right);
                merges.Insert(random.Next(merges.Count + 1), $"\"{left} {right}\"");
            }
        }

        IEnumerable<string> ids = tokens.Select((token, id) => string.Create(CultureInfo.InvariantCulture, $"\"{token}\":{id}"));
        return $$"""{ "vocab": { {{string.Join(',', ids)}} }, "merges": [{{string.Join(',', merges)}}] }""";
    }
}
