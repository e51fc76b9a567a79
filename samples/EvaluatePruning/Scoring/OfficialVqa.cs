using System.Text.RegularExpressions;

namespace ZooPrune.Samples;

/// <summary>
/// How the evaluation scripts of VQAv2 (vqaEval.py) and of TextVQA (Pythia's) compare answers, by their published rules and with what these
/// rules do besides: a percent sign stays, a curly apostrophe is another letter, a punctuation mark becomes a space or nothing by whether
/// it has a space beside it anywhere.
/// </summary>
internal static partial class OfficialVqa
{
    /// <summary>Marks that are taken away, in the scripts' order.</summary>
    private const string Punctuation = ";/[]\"{}()=+\\_-><@`,?!";

    // The scripts pass a flag where the number of replacements is expected; its value is this.
    private const int MostPeriods = 32;

    private const double Enough = 3;

    private static readonly Dictionary<string, string> Numbers =
        "none zero one two three four five six seven eight nine ten".Split(' ')
        .Zip("0 0 1 2 3 4 5 6 7 8 9 10".Split(' '))
        .ToDictionary(StringComparer.Ordinal);

    private static readonly HashSet<string> Articles = ["a", "an", "the"];

    private static readonly Dictionary<string, string> Contractions = ReadContractions();

    /// <summary>VQAv2: nothing is changed where all people say the same; otherwise people's answers and the model's are normalised. The
    /// mean
    /// over leaving one person out of min(others who say so / 3, 1), case aside.</summary>
    /// <param name="answer">What the model said.</param>
    /// <param name="people">What people said.</param>
    public static double Score(string answer, IReadOnlyList<string> people)
    {
        string given = OneLine(answer);
        string[] expected = [.. people.Select(OneLine)];
        if (expected.Distinct(StringComparer.Ordinal).Count() > 1)
        {
            given = Normalize(given);
            expected = [.. expected.Select(Normalize)];
        }

        return LeaveOneOut(given.ToLowerInvariant(), [.. expected.Select(text => text.ToLowerInvariant())]);
    }

    /// <summary>TextVQA: every answer is normalised, after commas and question marks are taken away and a space is put before 's.</summary>
    /// <inheritdoc cref="Score"/>
    public static double TextScore(string answer, IReadOnlyList<string> people) =>
        LeaveOneOut(NormalizeText(answer), [.. people.Select(NormalizeText)]);

    /// <summary>Punctuation, then case, articles, number words and contractions.</summary>
    public static string Normalize(string text)
    {
        string kept = text;
        bool hasGroupedNumber = GroupedNumber().IsMatch(text);
        foreach (char mark in Punctuation)
        {
            bool standsAlone = text.Contains($"{mark} ", StringComparison.Ordinal) || text.Contains($" {mark}", StringComparison.Ordinal);
            kept = kept.Replace($"{mark}", standsAlone || hasGroupedNumber ? "" : " ", StringComparison.Ordinal);
        }

        kept = LonePeriod().Replace(kept, "", MostPeriods);
        return string.Join(' ', Words(kept.ToLowerInvariant())
            .Select(word => Numbers.GetValueOrDefault(word, word))
            .Where(word => !Articles.Contains(word))
            .Select(word => Contractions.GetValueOrDefault(word, word)));
    }

    private static string NormalizeText(string text) => Normalize(OneLine(
        text.ToLowerInvariant().Replace(",", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal)
            .Replace("'s", " 's", StringComparison.Ordinal)));

    private static double LeaveOneOut(string given, IReadOnlyList<string> expected)
    {
        int agree = expected.Count(text => text == given);
        return expected.Average(text => Math.Min((agree - (text == given ? 1 : 0)) / Enough, 1));
    }

    private static string OneLine(string text) => text.Replace('\n', ' ').Replace('\t', ' ').Trim();

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Every word without one of its apostrophes, to the word. Words without capitals only: what is compared has none.</summary>
    private static Dictionary<string, string> ReadContractions()
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal)
        {
            // What the scripts' table has besides, as it is there.
            ["somebody'd"] = "somebodyd",
            ["ow's'at"] = "'ow's'at",
        };
        string[] words =
            """
            ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd he'd've he's how'd
            how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've needn't not've o'clock oughtn't
            'ow's'at shan't she'd've should've shouldn't shouldn't've somebody'd've somebody'll somebody's someone'd someone'd've someone'll
            someone's something'd something'd've something'll that's there'd there'd've there're there's they'd they'd've they'll they're
            they've 'twas wasn't we'd've we've weren't what'll what're what's what've when's where'd where's where've who'd who'd've who'll
            who's who've why'll why're why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're
            you've
            """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        foreach (string word in words)
        {
            for (int place = word.IndexOf('\'', StringComparison.Ordinal); place >= 0; place = word.IndexOf('\'', place + 1))
            {
                found.TryAdd(word.Remove(place, 1), word);
            }
        }

        return found;
    }

    [GeneratedRegex(@"\d,\d")]
    private static partial Regex GroupedNumber();

    [GeneratedRegex(@"\.(?!\d)")]
    private static partial Regex LonePeriod();
}
