using System.Text;

namespace ZooPrune.Text;

/// <summary>Whether a text gets a space in front.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes spaces as a character of their own (U+2581) and cuts before each: what SentencePiece does ("Metaspace").</summary>
/// <param name="Replacement">What a space is written as.</param>
/// <param name="Prepend">Whether a text gets one in front.</param>
internal sealed record Metaspace(Rune Replacement, PrependScheme Prepend)
{
    /// <summary>The settings of a pre-tokenizer or a decoder.</summary>
    public static Metaspace Read(JsonSection section)
    {
        string replacement = section.Text("replacement") ?? "\u2581";
        if (Rune.DecodeFromUtf16(replacement, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || used != replacement.Length)
        {
            throw section.Wrong("replacement", replacement, "one character");
        }

        // Files from before prepend_scheme have add_prefix_space.
        string scheme = section.Text("prepend_scheme") ?? (section.Boolean("add_prefix_space") ?? true ? "always" : "never");
        return new Metaspace(rune, scheme switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw section.Wrong("prepend_scheme", scheme, "always, first or never"),
        });
    }

    /// <summary>The pre-tokenizer that a section describes.</summary>
    public static PreTokenizer ReadPreTokenizer(JsonSection section)
    {
        Metaspace metaspace = Read(section);
        string mark = metaspace.Replacement.ToString();
        bool split = section.Boolean("split") ?? true;
        return (text, isStart, sink) =>
        {
            string written = text.ToString().Replace(" ", mark, StringComparison.Ordinal);
            bool prepends = metaspace.Prepend == PrependScheme.Always || (metaspace.Prepend == PrependScheme.First && isStart);
            if (prepends && !written.StartsWith(mark, StringComparison.Ordinal))
            {
                written = mark + written;
            }

            int start = 0;
            for (int next = 1; split && next < written.Length && (next = written.IndexOf(mark, next, StringComparison.Ordinal)) > 0; next++)
            {
                sink(written.AsSpan(start, next - start));
                start = next;
            }

            sink(written.AsSpan(start));
        };
    }
}
