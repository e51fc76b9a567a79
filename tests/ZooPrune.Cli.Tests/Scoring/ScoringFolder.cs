using System.Globalization;
using System.Text;

namespace ZooPrune.Cli.Tests;

/// <summary>A folder with small pictures, an input file and what becomes of it.</summary>
internal sealed class ScoringFolder : IDisposable
{
    private const int Images = 8;

    private static readonly string[] Questions = ["what ?", "where ?", "what where", "where what ?", "\"what, where?\"", "\"what\n?\""];

    private readonly TestFolder _folder = new();

    public ScoringFolder()
    {
        for (int i = 0; i < Images; i++)
        {
            _folder.Write($"{i}.png", TestPng.Create(8 + (4 * i), 8));
        }
    }

    public string Output => PathOf("answers.csv");

    public string Partial => ScoredFile.PartialOf(Output);

    public string Journal => ScoredFile.JournalOf(Output);

    public string PathOf(string name) => _folder.PathOf(name);

    public string Write(string name, string text) => _folder.Write(name, text);

    public string Write(string name, ReadOnlySpan<byte> bytes) => _folder.Write(name, bytes);

    /// <summary>Writes questions.csv: rows of all sorts, bad ones among them, the same for the same seed.</summary>
    public string WriteQuestions(int rows, int seed = 1, bool withBadRows = true)
    {
        Random random = new(seed);
        StringBuilder text = new("id,image,question,more\n");
        for (int i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i},");
            text.Append((withBadRows ? random.Next(40) : 40) switch
            {
                0 => "missing.png,what ?,",
                1 => $"{random.Next(Images)}.png,,",
                2 => $"{random.Next(Images)}.png,what ?,1,2,3",
                3 => $"{random.Next(Images)}.png,\"what\" ?,",
                _ => $"{random.Next(Images)}.png,{Questions[random.Next(Questions.Length)]},\"=1+{i}\"",
            });
            text.Append('\n');
        }

        return Write("questions.csv", text.ToString());
    }

    /// <summary>The command line that scores questions.csv with the tiny model.</summary>
    public string[] Arguments(params string[] more) =>
    [
        "score", PathOf("questions.csv"), "--out", Output, "--model", TestPaths.TinyModel, "--keep", "2", "--max-new-tokens", "6",
        "--threads", "1", "--batch", "8", .. more,
    ];

    /// <summary>Deletes answers.csv and its journal, so that it can be made anew.</summary>
    public void DeleteOutput()
    {
        File.Delete(Output);
        File.Delete(Journal);
    }

    public void Dispose() => _folder.Dispose();
}
