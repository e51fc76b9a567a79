namespace ZooPrune.Text;

/// <summary>What becomes of the parts of a text that a pre-tokenizer's pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>A stretch of text between two places, which a pattern matched or passed over.</summary>
internal readonly record struct TextSpan(int Start, int End, bool IsMatch);

/// <summary>Cuts a text where a pattern says so.</summary>
internal static class TextSplitter
{
    /// <summary>Hands on the pieces of a text; empty ones are left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="matches">Start and length of every match, ascending, without overlap.</param>
    /// <param name="behavior">What becomes of matches.</param>
    /// <param name="invert">Whether what lies between matches is the match instead. Matches that touch stay apart.</param>
    /// <param name="sink">Receives the pieces.</param>
    public static void Split(
        ReadOnlySpan<char> text, List<(int Start, int Length)> matches, SplitBehavior behavior, bool invert, PieceSink sink)
    {
        List<TextSpan> spans = Cover(text.Length, matches, invert);
        foreach (TextSpan span in behavior is SplitBehavior.Isolated or SplitBehavior.Removed ? spans : Merge(spans, behavior))
        {
            if (!(span.IsMatch && behavior == SplitBehavior.Removed))
            {
                sink(text[span.Start..span.End]);
            }
        }
    }

    private static List<TextSpan> Cover(int textLength, List<(int Start, int Length)> matches, bool invert)
    {
        var spans = new List<TextSpan>(matches.Count);
        int position = 0;
        foreach ((int start, int length) in matches)
        {
            if (start > position)
            {
                spans.Add(new TextSpan(position, start, invert));
            }

            if (length > 0)
            {
                spans.Add(new TextSpan(start, start + length, !invert));
            }

            position = start + length;
        }

        if (position < textLength)
        {
            spans.Add(new TextSpan(position, textLength, invert));
        }

        return spans;
    }

    private static List<TextSpan> Merge(List<TextSpan> spans, SplitBehavior behavior)
    {
        var merged = new List<TextSpan>(spans.Count);
        TextSpan previous = default;
        foreach (TextSpan span in spans)
        {
            bool joins = merged.Count > 0 && behavior switch
            {
                SplitBehavior.MergedWithPrevious => span.IsMatch && !previous.IsMatch,
                SplitBehavior.MergedWithNext => !span.IsMatch && previous.IsMatch,
                SplitBehavior.Contiguous => span.IsMatch == previous.IsMatch,
                _ => false,
            };
            if (joins)
            {
                merged[^1] = merged[^1] with { End = span.End };
            }
            else
            {
                merged.Add(span);
            }

            previous = span;
        }

        return merged;
    }
}
