using System.Globalization;
using System.Text;

namespace ZooPrune.Samples;

/// <summary>
/// The accuracy of VQA (Antol et al., ICCV 2015): an answer that three people gave is right, min(people who gave it / 3, 1). Averaged over
/// all ways to leave one person out, so that people and machines can be measured alike.
/// </summary>
internal static class VqaAccuracy
{
    private const double Enough = 3;

    /// <summary>The mean over p of min(|{q other than p : answer of q = answer}| / 3, 1), after <see cref="VqaAnswer.Normalize"/>.</summary>
    /// <param name="answer">What the model said.</param>
    /// <param name="people">What people said; at least one.</param>
    /// <returns>0 to 1: for ten people 0, 0.3, 0.6, 0.9 and 1 where 0, 1, 2, 3 and more agree. A single person leaves nobody: 1 if they
    /// agree, otherwise 0.</returns>
    public static double Score(string answer, IReadOnlyList<string> people)
    {
        string given = VqaAnswer.Normalize(answer);
        int agree = people.Count(person => VqaAnswer.Normalize(person) == given);
        if (people.Count == 1)
        {
            return agree;
        }

        double leavingOneThatAgrees = Math.Min((agree - 1) / Enough, 1);
        double leavingAnother = Math.Min(agree / Enough, 1);
        return ((agree * leavingOneThatAgrees) + ((people.Count - agree) * leavingAnother)) / people.Count;
    }
}

/// <summary>
/// What VQA does to an answer before comparing it, as its evaluation page describes it: lower case; periods go unless they are decimal
/// points; number words become digits; articles go; missing apostrophes of contractions come back; all other punctuation but apostrophe and
/// colon becomes a space, and a comma between digits goes without one.
/// </summary>
internal static class VqaAnswer
{
    private static readonly Dictionary<string, string> Numbers =
        "zero one two three four five six seven eight nine ten".Split(' ')
        .Select((word, number) => (word, number))
        .Append(("none", 0))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static readonly HashSet<string> Articles = ["a", "an", "the"];

    // Only those that are no other word without the apostrophe: not its, were, well, shell, ill.
    private static readonly Dictionary<string, string> Contractions =
        """
        ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's how'd how's i'm i've isn't it'd it'll
        let's ma'am might've mightn't must've mustn't needn't o'clock shan't she's should've shouldn't somebody's someone's something's
        that'd that's there'd there's they'd they'll they're they've wasn't we've weren't what'll what's what've where'd where's who'd
        who'll who's who've won't would've wouldn't y'all you'd you'll you're you've
        """
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(word => word.Replace("'", "", StringComparison.Ordinal), StringComparer.Ordinal);

    /// <summary>The answer as it is compared.</summary>
    public static string Normalize(string answer) => string.Join(
        ' ',
        WithoutPunctuation(answer.ToLowerInvariant().Replace('\u2019', '\''))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Contractions.GetValueOrDefault(word, Numbers.GetValueOrDefault(word, word)))
            .Where(word => !Articles.Contains(word)));

    private static string WithoutPunctuation(string text)
    {
        StringBuilder kept = new(text.Length);
        for (int index = 0; index < text.Length; index++)
        {
            char letter = text[index];
            if (letter is '\'' or ':' || !(char.IsPunctuation(letter) || char.IsSymbol(letter)))
            {
                kept.Append(letter);
            }
            else if (letter == '.')
            {
                kept.Append(IsDigit(text, index + 1) ? "." : "");
            }
            else if (!(letter == ',' && IsDigit(text, index - 1) && IsDigit(text, index + 1)))
            {
                kept.Append(' ');
            }
        }

        return kept.ToString();
    }

    private static bool IsDigit(string text, int index) => index >= 0 && index < text.Length && char.IsAsciiDigit(text[index]);
}
