using System.Text;

namespace ZooPrune.Text;

/// <summary>One step from tokens to text: changes, joins or splits them. The tokens that the last step leaves are put together.</summary>
internal delegate List<string> DecodingStep(List<string> tokens);

/// <summary>Tokens to text ("decoder" in tokenizer.json).</summary>
/// <param name="Steps">What is done to the tokens, in order.</param>
/// <param name="ReadsByteTokens">Whether a run of byte tokens is text only as a whole.</param>
internal sealed record TokenDecoder(IReadOnlyList<DecodingStep> Steps, bool ReadsByteTokens)
{
    private const string Supported = "ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, WordPiece, BPEDecoder or a Sequence of them";

    /// <summary>The decoder that a section describes; one that joins tokens with spaces where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static TokenDecoder Read(JsonSection section) => section.IsMissing
        ? One(tokens => [string.Join(' ', tokens)])
        : section.RequiredText("type") switch
        {
            "Sequence" => section.Parts("decoders").Select(Read).Aggregate(
                new TokenDecoder([], false), (first, then) => new TokenDecoder([.. first.Steps, .. then.Steps], first.ReadsByteTokens || then.ReadsByteTokens)),
            "ByteLevel" => One(ReadByteLevel),
            "ByteFallback" => new TokenDecoder([ByteTokenReader.Read], ReadsByteTokens: true),
            "Fuse" => One(tokens => [string.Concat(tokens)]),
            "Replace" => ReadReplace(section),
            "Strip" => ReadStrip(section),
            "Metaspace" => ReadMetaspace(section),
            "WordPiece" => ReadWordPiece(section),
            "BPEDecoder" => ReadSuffix(section),
            var type => throw section.Unsupported("type", type, Supported),
        };

    /// <exception cref="ZooPruneException">The steps make the text very much longer.</exception>
    public string Decode(List<string> tokens)
    {
        long original = tokens.Sum(token => (long)token.Length);
        foreach (DecodingStep step in Steps)
        {
            tokens = step(tokens);
            TextGrowth.Check(tokens.Sum(token => (long)token.Length), original);
        }

        return string.Concat(tokens);
    }

    private static TokenDecoder One(DecodingStep step) => new([step], false);

    private static TokenDecoder ForEach(Func<string, int, int, string> change) =>
        One(tokens =>
        {
            var changed = new List<string>(tokens.Count);
            long original = tokens.Sum(token => (long)token.Length);
            long length = 0;
            foreach (string token in tokens)
            {
                changed.Add(change(token, changed.Count, tokens.Count));
                TextGrowth.Check(length += changed[^1].Length, original);
            }

            return changed;
        });

    private static List<string> ReadByteLevel(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            ByteLevelAlphabet.Read(token, bytes);
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }

    private static TokenDecoder ReadReplace(JsonSection section)
    {
        TextPattern pattern = TextPattern.Read(section);
        string content = section.RequiredText("content");
        return ForEach((token, _, _) => pattern.Replace(token, content));
    }

    private static TokenDecoder ReadStrip(JsonSection section)
    {
        string content = section.RequiredText("content");
        if (Rune.DecodeFromUtf16(content, out _, out int length) != System.Buffers.OperationStatus.Done || length != content.Length)
        {
            throw section.Wrong("content", content, "one character");
        }

        int first = section.RequiredInt32("start", 0, int.MaxValue);
        int last = section.RequiredInt32("stop", 0, int.MaxValue);
        return ForEach((token, _, _) =>
        {
            ReadOnlySpan<char> rest = token;
            for (int count = 0; count < first && rest.StartsWith(content, StringComparison.Ordinal); count++)
            {
                rest = rest[content.Length..];
            }

            for (int count = 0; count < last && rest.EndsWith(content, StringComparison.Ordinal); count++)
            {
                rest = rest[..^content.Length];
            }

            return rest.ToString();
        });
    }

    private static TokenDecoder ReadMetaspace(JsonSection section)
    {
        var metaspace = Metaspace.Read(section);
        string mark = metaspace.Replacement.ToString();
        return ForEach((token, place, _) =>
            token.Replace(mark, place == 0 && metaspace.Prepend != PrependScheme.Never ? "" : " ", StringComparison.Ordinal));
    }

    private static TokenDecoder ReadWordPiece(JsonSection section)
    {
        string prefix = section.Text("prefix") ?? "##";
        bool tidies = section.Boolean("cleanup") ?? true;
        return ForEach((token, place, _) =>
        {
            string text = place == 0 ? token
                : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..]
                : " " + token;
            return tidies ? Tidy(text) : text;
        });
    }

    private static string Tidy(string text) => new StringBuilder(text)
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'").Replace(" n't", "n't")
        .Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re")
        .ToString();

    private static TokenDecoder ReadSuffix(JsonSection section)
    {
        string suffix = section.Text("suffix") is { Length: > 0 } text ? text : "</w>";
        return ForEach((token, place, count) => token.Replace(suffix, place == count - 1 ? "" : " ", StringComparison.Ordinal));
    }
}

/// <summary>Runs of byte tokens to text ("ByteFallback"): a run that is no UTF-8 becomes a replacement character for each byte.</summary>
internal static class ByteTokenReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static List<string> Read(List<string> tokens)
    {
        var read = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (string token in tokens)
        {
            if (ByteTokens.ByteOf(token) is { } value)
            {
                run.Add(value);
                continue;
            }

            EndRun(run, read);
            read.Add(token);
        }

        EndRun(run, read);
        return read;
    }

    private static void EndRun(List<byte> run, List<string> read)
    {
        if (run.Count == 0)
        {
            return;
        }

        try
        {
            read.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            read.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        }

        run.Clear();
    }
}
