using System.Text;

namespace ZooPrune.Text;

/// <summary>
/// The four normalization forms of Unicode, the same with ICU and without. Source: Unicode Standard Annex 15.
/// </summary>
internal static class UnicodeNormalizer
{
    // Korean syllables are not in the tables: they follow from arithmetic (Unicode Standard, section 3.12).
    private const int Syllables = 0xAC00;
    private const int Leads = 0x1100;
    private const int Vowels = 0x1161;
    private const int Tails = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    /// <summary>A text in a normalization form.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        // Below, no character changes in the form: U+0300 is the first one that composes, U+00A0 the first one that decomposes.
        char firstThatChanges = form == NormalizationForm.FormC ? '\u0300' : '\u00A0';
        if (!text.AsSpan().ContainsAnyInRange(firstThatChanges, char.MaxValue))
        {
            return text;
        }

        bool[] stable = StableCharacters.Of(form);
        var normalized = new StringBuilder();
        int copied = 0;
        for (int place = FirstChanging(text, 0, stable); place < text.Length; place = FirstChanging(text, copied, stable))
        {
            // A stretch that may change, from the character before it, which a mark may join, to the next one that nothing joins.
            int start = Math.Max(place - 1, copied);
            int end = place + 1;
            while (end < text.Length && !stable[text[end]])
            {
                end++;
            }

            normalized.Append(text, copied, start - copied);
            AppendNormalized(text.AsSpan(start, end - start), form, normalized);
            copied = end;
        }

        return copied == 0 ? text : normalized.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Appends the normalization form of a text as the standard describes it, character by character.</summary>
    public static void AppendNormalized(ReadOnlySpan<char> text, NormalizationForm form, StringBuilder normalized)
    {
        bool composed = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        bool compatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        UnicodeTables tables = UnicodeTables.Instance;
        List<int> codes = Decompose(text, compatible, tables);
        Order(codes, tables);
        if (composed)
        {
            Compose(codes, tables);
        }

        Span<char> units = stackalloc char[2];
        foreach (int code in codes)
        {
            normalized.Append(units[..new Rune(code).EncodeToUtf16(units)]);
        }
    }

    private static int FirstChanging(string text, int place, bool[] stable)
    {
        while (place < text.Length && stable[text[place]])
        {
            place++;
        }

        return place;
    }

    private static List<int> Decompose(ReadOnlySpan<char> text, bool compatible, UnicodeTables tables)
    {
        var codes = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            int syllable = rune.Value - Syllables;
            if (syllable is >= 0 and < SyllableCount)
            {
                codes.Add(Leads + (syllable / (VowelCount * TailCount)));
                codes.Add(Vowels + (syllable / TailCount % VowelCount));
                if (syllable % TailCount != 0)
                {
                    codes.Add(Tails + (syllable % TailCount));
                }
            }
            else if (tables.TryDecompose(rune.Value, compatible, out int[] parts))
            {
                codes.AddRange(parts);
            }
            else
            {
                codes.Add(rune.Value);
            }
        }

        return codes;
    }

    /// <summary>Sorts every run of marks by combining class; marks of one class keep their order.</summary>
    private static void Order(List<int> codes, UnicodeTables tables)
    {
        var marks = new List<(byte Class, int Code)>();
        for (int place = 0; place <= codes.Count; place++)
        {
            byte combining = place < codes.Count ? tables.CombiningClass(codes[place]) : (byte)0;
            if (combining != 0)
            {
                marks.Add((combining, codes[place]));
                continue;
            }

            int start = place - marks.Count;
            if (marks.Count > 1)
            {
                foreach ((byte _, int code) in marks.OrderBy(mark => mark.Class))
                {
                    codes[start++] = code;
                }
            }

            marks.Clear();
        }
    }

    private static void Compose(List<int> codes, UnicodeTables tables)
    {
        int starter = -1;
        byte previous = 0;
        int count = 0;
        for (int place = 0; place < codes.Count; place++)
        {
            // A mark reaches its starter unless one of its own class, or another starter, stands between.
            int code = codes[place];
            byte combining = tables.CombiningClass(code);
            bool reaches = starter >= 0 && (starter == count - 1 || (previous != 0 && previous < combining));
            if (reaches && TryPair(codes[starter], code, tables, out int composite))
            {
                codes[starter] = composite;
                continue;
            }

            if (combining == 0)
            {
                starter = count;
            }

            previous = combining;
            codes[count++] = code;
        }

        codes.RemoveRange(count, codes.Count - count);
    }

    private static bool TryPair(int first, int second, UnicodeTables tables, out int composite)
    {
        int lead = first - Leads;
        int vowel = second - Vowels;
        int syllable = first - Syllables;
        int tail = second - Tails;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            composite = Syllables + (((lead * VowelCount) + vowel) * TailCount);
            return true;
        }

        if (syllable is >= 0 and < SyllableCount && syllable % TailCount == 0 && tail is > 0 and < TailCount)
        {
            composite = first + tail;
            return true;
        }

        return tables.TryCompose(first, second, out composite);
    }
}

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
