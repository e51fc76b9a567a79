using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ZooPrune.Text;

/// <summary>What a tokenizer.json looks for in a text: a string, or a regular expression.</summary>
internal sealed class TextPattern
{
    private const int LongestPattern = 10_000;

    private readonly string? _literal;
    private readonly Regex? _expression;

    private TextPattern(string? literal, Regex? expression, WordScanner? scanner = null)
    {
        _literal = literal;
        _expression = expression;
        Scanner = scanner;
    }

    /// <summary>What cuts a text as <see cref="Matches"/> does, where the pattern is a known one; its matches leave nothing out.</summary>
    public WordScanner? Scanner { get; }


    /// <summary>The pattern under the key "pattern".</summary>
    /// <exception cref="ZooPruneException">It is missing, empty, or no regular expression that .NET understands.</exception>
    public static TextPattern Read(JsonSection section)
    {
        JsonSection pattern = section.Section("pattern");
        if (pattern.Text("Regex") is not { } expression)
        {
            string literal = pattern.RequiredText("String");
            return literal.Length > 0
                ? new TextPattern(literal, null)
                : throw pattern.Wrong("String", "empty", "at least one character");
        }

        if (expression.Length > LongestPattern)
        {
            throw pattern.Wrong("Regex", expression, $"a regular expression of at most {LongestPattern} characters");
        }

        if (Translate(expression) is not { } translated)
        {
            throw pattern.Unsupported(
                "Regex", expression, @"regular expressions without classes inside classes ([a[b]], [a&&b], [[:alpha:]], [\W])");
        }

        try
        {
            return new TextPattern(
                null,
                KnownPatterns.Find(expression)
                    ?? new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.Multiline, PatternTime.Limit),
                KnownPatterns.FindScanner(expression));
        }
        catch (ArgumentException)
        {
            throw section.Wrong("pattern", expression, "a regular expression that .NET understands");
        }
    }

    /// <summary>Start and length of every match, ascending, without overlap.</summary>
    /// <exception cref="ZooPruneException">The regular expression takes too long on this text.</exception>
    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        if (_literal is not null)
        {
            int end = 0;
            while (text[end..].IndexOf(_literal) is >= 0 and int skipped)
            {
                matches.Add((end + skipped, _literal.Length));
                end += skipped + _literal.Length;
            }

            return matches;
        }

        var written = new RuneText(text);
        bool isKnown = _expression!.MatchTimeout != PatternTime.Limit;
        using PatternTime time = PatternTime.Start();
        long start = Stopwatch.GetTimestamp();
        try
        {
            foreach (ValueMatch match in _expression.EnumerateMatches(written.Text))
            {
                int place = written.PlaceOf(match.Index);
                matches.Add((place, written.PlaceOf(match.Index + match.Length) - place));

                // .NET's own limit holds for one match.
                if (!isKnown && time.IsOver(start))
                {
                    throw Throw.PatternTooSlow(_expression.ToString(), text.Length, PatternTime.Limit);
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw Throw.PatternTooSlow(_expression.ToString(), text.Length, PatternTime.Limit);
        }

        return time.Add(start) || isKnown ? matches : throw Throw.PatternTooSlow(_expression.ToString(), text.Length, PatternTime.Limit);
    }

    /// <summary>The text with every match replaced.</summary>
    /// <exception cref="ZooPruneException">It becomes very long, or the regular expression takes too long on it.</exception>
    public string Replace(string text, string by)
    {
        if (_literal is not null)
        {
            TextGrowth.Check(text.Length + ((long)text.AsSpan().Count(_literal) * (by.Length - _literal.Length)), text.Length);
            return text.Replace(_literal, by, StringComparison.Ordinal);
        }

        var replaced = new StringBuilder(text.Length);
        int kept = 0;
        foreach ((int start, int length) in Matches(text))
        {
            replaced.Append(text, kept, start - kept).Append(by);
            kept = start + length;
            TextGrowth.Check(replaced.Length, text.Length);
        }

        return replaced.Append(text, kept, text.Length - kept).ToString();
    }

    /// <summary>
    /// An expression of Oniguruma, for which the files are written, as .NET writes it. There \w has all marks,
    /// numbers that are letters, letters in circles, and outside of classes the superscripts and fractions of Latin-1. Null where there is a
    /// [ or &amp;&amp; inside a character class: Oniguruma nests and intersects classes; .NET would take the characters for themselves and say
    /// nothing.
    /// </summary>
    private static string? Translate(string expression)
    {
        const string WordInClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";
        const string Word = WordInClass + @"\u00B2\u00B3\u00B9\u00BC-\u00BE";
        var translated = new StringBuilder(expression.Length);
        bool inClass = false;
        for (int place = 0; place < expression.Length; place++)
        {
            int start = place;
            switch (expression[place])
            {
                case '\\' when place + 1 < expression.Length:
                    place++;
                    switch (expression[place])
                    {
                        case 'W' when inClass:
                            return null;
                        case 'w':
                            translated.Append(inClass ? WordInClass : $"[{Word}]");
                            continue;
                        case 'W':
                            translated.Append($"[^{Word}]");
                            continue;
                        case 'b' when !inClass:
                            translated.Append($"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))");
                            continue;
                        case 'B' when !inClass:
                            translated.Append($"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))");
                            continue;
                    }

                    break;
                case '[' when inClass:
                case '&' when inClass && place + 1 < expression.Length && expression[place + 1] == '&':
                    return null;
                case '[':
                    inClass = true;

                    // A ] right after the start is a character of the class.
                    place += expression.AsSpan(place + 1).StartsWith("^]") ? 2 : expression.AsSpan(place + 1).StartsWith("]") ? 1 : 0;
                    break;
                case ']':
                    inClass = false;
                    break;
            }

            translated.Append(expression, start, place + 1 - start);
        }

        return translated.ToString();
    }
}

/// <summary>
/// The time that regular expressions have for one whole text, however many there are and however often they match: a pattern comes with the
/// model, and must not be able to hold the program. What is cut, matched and put together on one thread for one text shares it.
/// </summary>
internal sealed class PatternTime : IDisposable
{
    [ThreadStatic]
    private static PatternTime? t_current;

    private TimeSpan _taken;
    private int _users;

    private PatternTime()
    {
    }

    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The time of the text at hand; a new one where there is none. Dispose it.</summary>
    public static PatternTime Start()
    {
        PatternTime time = t_current ??= new PatternTime();
        time._users++;
        return time;
    }

    /// <summary>Whether the text's time is over, with what runs since <paramref name="start"/>.</summary>
    public bool IsOver(long start) => _taken + Stopwatch.GetElapsedTime(start) > Limit;

    /// <summary>Counts what ran since <paramref name="start"/>.</summary>
    /// <returns>Whether the text's time is not over.</returns>
    public bool Add(long start) => (_taken += Stopwatch.GetElapsedTime(start)) <= Limit;

    public void Dispose()
    {
        if (--_users == 0)
        {
            t_current = null;
        }
    }
}
