using System.Globalization;
using System.Text;

namespace ZooPrune.Tests;

/// <summary>A folder one of whose files is mutated again and again, and used after each mutation.</summary>
internal sealed class HostileFolder : IDisposable
{
    private const int LongestHead = 16_000;

    /// <summary>How many times as many mutations as in a usual run; for a long hunt.</summary>
    private static readonly int Times = FromEnvironment("ZOOPRUNE_MUTATIONS", 1);

    /// <summary>Another one hunts elsewhere.</summary>
    private static readonly int Seed = FromEnvironment("ZOOPRUNE_MUTATION_SEED", 1);

    /// <summary>One that a message names, to have it alone; 0 for all.</summary>
    private static readonly int Only = FromEnvironment("ZOOPRUNE_MUTATION_ONLY", 0);

    public string Root { get; } = Directory.CreateTempSubdirectory("zooprune-hostile-").FullName;

    public string Path(string file) => System.IO.Path.Combine(Root, file);

    public HostileFolder With(string file, byte[] content)
    {
        string path = Path(file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return this;
    }

    /// <summary>Mutates a file and fails with a list of what went wrong. The file is good again afterwards.</summary>
    /// <param name="file">Its name in the folder.</param>
    /// <param name="count">How many mutations.</param>
    /// <param name="use">Loads what the file feeds and uses it once.</param>
    /// <param name="others">Good files of other kinds or models that take its place now and then.</param>
    public void Hunt(string file, int count, Action use, params byte[][] others)
    {
        byte[] good = File.ReadAllBytes(Path(file));
        use();
        int first = FirstSeed(good);
        var wrong = new List<string>();
        int survivors = 0;
        for (int number = 0; number < count * Times; number++)
        {
            // One seed for one mutation, so that each can be had alone.
            int seed = first + number;
            if (Only != 0 && seed != Only)
            {
                continue;
            }

            byte[] mutated = Mutate(file, good, new Random(seed), others);
            With(file, mutated);
            string? problem = Judge.Use(use, out bool worked);
            survivors += worked ? 1 : 0;
            if (problem is not null)
            {
                wrong.Add($"{file}, seed {seed}: {problem}\n{Show(mutated, good)}");
            }
        }

        With(file, good);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count * Times} mutations of {file} went wrong:\n{string.Join("\n\n", wrong.Take(5))}");

        // Where nothing survives, the first check refuses everything and the rest is not tested. Few mutations may all be hard ones.
        Assert.True(survivors > 0 || Only != 0 || count * Times < 50, $"{file}: none of {count * Times} mutations was accepted");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Differs from file to file: the same changes in all of them would be fewer changes.</summary>
    private static int FirstSeed(byte[] good)
    {
        int hash = Seed;
        foreach (byte value in good)
        {
            hash = unchecked((hash * 31) + value);
        }

        return hash & 0x3FFF_FFFF;
    }

    private static byte[] Mutate(string file, byte[] good, Random random, byte[][] others)
    {
        if (others.Length > 0 && random.Next(40) == 0)
        {
            return others[random.Next(others.Length)];
        }

        bool insideJson = file.EndsWith(".json", StringComparison.Ordinal) && random.Next(4) > 0;
        bool insideTemplate = file.EndsWith(".jinja", StringComparison.Ordinal) && random.Next(4) > 0;
        // A graph begins with its nodes; most of the rest is weights, where a change is no more than another number.
        int head = file.EndsWith(".onnx", StringComparison.Ordinal) && random.Next(3) > 0 ? Math.Min(good.Length, LongestHead) : good.Length;
        return insideJson ? JsonMutation.Apply(good, random)
            : insideTemplate ? TemplateMutation.Apply(good, random)
            : [.. ByteMutation.Apply(good[..head], random), .. good[head..]];
    }

    /// <summary>Where the file differs from the good one, shortened.</summary>
    private static string Show(byte[] mutated, byte[] good)
    {
        int same = mutated.AsSpan().CommonPrefixLength(good);
        int start = Math.Max(same - 60, 0);
        string text = Encoding.UTF8.GetString(mutated.AsSpan(start, Math.Min(mutated.Length - start, 200)));
        return $"{mutated.Length} bytes, from byte {start}: {text}";
    }

    private static int FromEnvironment(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : byDefault;
}
