using System.Text.RegularExpressions;

namespace ZooPrune.Samples;

/// <summary>Reads an answer as one of the options A, B, C, ... that a question offers.</summary>
internal static partial class ChoiceReading
{
    private const int LongAnswer = 5;

    /// <summary>The letter of an option, from 0.</summary>
    public static string Letter(int index) => $"{(char)('A' + index)}";

    /// <summary>ScienceQA, as LLaVA's script reads it: a letter alone, one with ". " behind it, or one "The answer is X.".</summary>
    public static string? ScienceQa(string answer, IReadOnlyList<string> options) =>
        answer is [>= 'A' and <= 'E'] ? Within(answer, options)
        : answer is [>= 'A' and <= 'E', '.', ' ', ..] ? Within(answer[..1], options)
        : TheAnswerIs().Matches(answer) is [var only] ? Within(only.Groups[1].Value, options)
        : null;

    /// <summary>SEED-Bench: the first letter of what was said.</summary>
    public static string? Seed(string answer, IReadOnlyList<string> options) =>
        answer.Trim() is [var first, ..] ? Within($"{first}", options) : null;

    /// <summary>
    /// MMBench, without the language model that its script asks where these rules find nothing: the one letter among the words, unless it
    /// is
    /// an A in more than three words, which may be the article; then the one option whose text is in the answer.
    /// </summary>
    public static string? MmBench(string answer, IReadOnlyList<string> options)
    {
        string[] words = string.Concat(answer.Select(letter => ".()[],:;!*#{}".Contains(letter) ? ' ' : letter))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string[] named = [.. options.Select((_, index) => Letter(index)).Where(words.Contains)];
        if (named.Length == 1 && !(words.Contains("A") && words.Length > 3))
        {
            return named[0];
        }

        int[] written = [.. Enumerable.Range(0, options.Count)
            .Where(index => answer.Contains(options[index], StringComparison.OrdinalIgnoreCase))];
        return written.Length == 1 ? Letter(written[0]) : null;
    }

    /// <summary>
    /// MMMU: letters in brackets, else letters as words, else options whose text is in an answer of more than five words; of several the
    /// one
    /// that comes last. Where its script would draw lots there is no choice here.
    /// </summary>
    public static string? Mmmu(string answer, IReadOnlyList<string> options)
    {
        foreach (char mark in ",.!?;:'")
        {
            answer = answer.Trim(mark);
        }

        answer = $" {answer} ";
        return Last(letter => answer.LastIndexOf($"({letter})", StringComparison.Ordinal), options)
            ?? Last(letter => answer.LastIndexOf($" {letter} ", StringComparison.Ordinal), options)
            ?? (answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length > LongAnswer
                ? Last(letter => answer.LastIndexOf(options[letter[0] - 'A'], StringComparison.OrdinalIgnoreCase), options)
                : null);
    }

    /// <summary>As a person would: the letter at the beginning or after "answer is", in brackets or not, else the one option whose text the
    /// answer is or has.</summary>
    public static string? Sensible(string answer, IReadOnlyList<string> options)
    {
        string said = answer.Trim();
        if (LetterFirst().Match(said) is { Success: true } first && Within(first.Groups[1].Value.ToUpperInvariant(), options) is { } letter)
        {
            return letter;
        }

        if (AnswerIs().Match(said) is { Success: true } told && Within(told.Groups[1].Value.ToUpperInvariant(), options) is { } named)
        {
            return named;
        }

        int same = Enumerable.Range(0, options.Count).FirstOrDefault(index => ExactMatch.Holds(said, options[index]), -1);
        return same >= 0 ? Letter(same) : MmBench(said, options);
    }

    private static string? Within(string letter, IReadOnlyList<string> options) =>
        letter is [>= 'A' and var only] && only - 'A' < options.Count ? letter : null;

    private static string? Last(Func<string, int> placeOf, IReadOnlyList<string> options) => options
        .Select((_, index) => (Letter: Letter(index), Place: placeOf(Letter(index))))
        .Where(found => found.Place >= 0)
        .OrderByDescending(found => found.Place)
        .Select(found => found.Letter)
        .FirstOrDefault();

    [GeneratedRegex("The answer is ([A-Z])\\.")]
    private static partial Regex TheAnswerIs();

    [GeneratedRegex(@"^\(?([A-Za-z])(?:[).:,]|\s*$)")]
    private static partial Regex LetterFirst();

    [GeneratedRegex(@"(?i:answer|option|choice)(?i:\s+is)?\s*:?\s*\(?([A-Z])\b")]
    private static partial Regex AnswerIs();
}

/// <summary>Answers without options as MMMU's script compares them: what follows "is", "answer" and the like, and the numbers in
/// it.</summary>
internal static partial class OpenAnswer
{
    private static readonly string[] Signs = ["could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result "];

    /// <summary>Whether one of the right answers is in what was said: texts as parts, numbers to two decimals.</summary>
    /// <param name="answer">What the model said.</param>
    /// <param name="expected">The right answers.</param>
    public static bool Holds(string answer, IReadOnlyList<string> expected)
    {
        List<string> said = [.. Parts(answer.Trim().Trim('.').ToLowerInvariant())];
        said.AddRange([.. said.SelectMany(part => Numbers().Matches(part).Select(number => number.Value))]);
        return expected.Any(right => Number(right) is { } number
            ? said.Any(part => Number(part) == number)
            : said.Where(part => Number(part) is null).SelectMany(Forms)
                .Any(text => Forms(right).Any(form => text.Contains(form, StringComparison.Ordinal))));
    }

    private static IEnumerable<string> Parts(string answer)
    {
        string[] lines = answer.Split('\n');
        string[] keys =
        [
            .. lines.Select((line, index) => (index == lines.Length - 1 ? Signs.Append("=") : Signs)
                    .Where(sign => line.Contains(sign, StringComparison.Ordinal))
                    .Select(sign => line[(line.LastIndexOf(sign, StringComparison.Ordinal) + sign.Length)..].Trim())
                    .MinBy(tail => tail.Length))
                .OfType<string>()
                .Where(tail => tail.Length > 0 && !(tail.Length == 1 && ":,.!?;'".Contains(tail[0]))),
        ];
        return keys.Length > 0 ? keys : [answer];
    }

    private static string[] Forms(string text)
    {
        string lower = text.Trim().ToLowerInvariant();
        return lower.Length == 1 ? [$" {lower}", $"{lower} "] : [lower];
    }

    private static double? Number(string text) =>
        double.TryParse(
            text.Trim().Replace(",", "", StringComparison.Ordinal),
            System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture,
            out double number)
            ? Math.Round(number, 2)
            : null;

    [GeneratedRegex(@"-?\b\d{1,3}(?:,\d{3})+\b|-?\d+(?:\.\d+)?[eE][+-]?\d+|-?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d])")]
    private static partial Regex Numbers();
}
