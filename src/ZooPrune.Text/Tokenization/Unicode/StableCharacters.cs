using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// Characters that a normalization form leaves as they are, and that nothing before them joins: a text may be cut before each, and
/// nothing has to be done where one follows the other. Source: Unicode Standard Annex 15, section 9 ("quick check").
/// </summary>
internal static class StableCharacters
{
    // Korean letters that join the syllable before them; the tables do not list them.
    private const char FirstVowel = '\u1161';
    private const char LastTail = '\u11C2';

    // Korean syllables, which come apart in the decomposed forms.
    private const char FirstSyllable = '\uAC00';
    private const char LastSyllable = '\uD7A3';

    private static readonly Lazy<bool[]>[] Tables =
    [
        .. new[] { NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD }
            .Select(form => new Lazy<bool[]>(() => MakeTable(form))),
    ];

    /// <summary>[65536], by UTF-16 unit; never a half of a character.</summary>
    public static bool[] Of(NormalizationForm form) => Tables[form switch
    {
        NormalizationForm.FormC => 0,
        NormalizationForm.FormD => 1,
        NormalizationForm.FormKC => 2,
        _ => 3,
    }].Value;

    private static bool[] MakeTable(NormalizationForm form)
    {
        UnicodeTables tables = UnicodeTables.Instance;
        var stable = new bool[char.MaxValue + 1];
        var normalized = new StringBuilder();
        for (int code = 0; code < stable.Length; code++)
        {
            if (char.IsSurrogate((char)code) || code is >= FirstVowel and <= LastTail)
            {
                continue;
            }

            bool changes = tables.TryDecompose(code, compatible: true, out int[] parts) || code is >= FirstSyllable and <= LastSyllable;
            int first = parts is null ? code : parts[0];
            stable[code] = tables.CombiningClass(first) == 0 && !tables.IsSecond(first) && !(changes && Changes((char)code));
        }

        return stable;

        bool Changes(char character)
        {
            UnicodeNormalizer.AppendNormalized([character], form, normalized.Clear());
            return !normalized.Equals([character]);
        }
    }
}
