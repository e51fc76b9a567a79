using System.Diagnostics;
using System.Text;

namespace ZooPrune.Text.Tests;

/// <summary>A megabyte of one thing: words without end, which a slow way to merge, to normalize or to cut takes minutes for.</summary>
[Trait("Speed", "Slow")]
public sealed class MonotonousTextTests
{
    private const int Bytes = 1_000_000;

    public static TheoryData<string, string> Texts()
    {
        var data = new TheoryData<string, string>();
        foreach (string tokenizer in new[] { "llama", "qwen2", "gpt2-digits" })
        {
            // A letter, a capital, a space, a line end, an emoji, a mark alone, marks that change places, Korean letters that join, what no vocabulary has, a sign.
            foreach (string part in new[] { "a", "Q", " ", "\n", "\U0001F642", "\u0301", "\u0307\u0323", "\u1100\u1161", "\uE000", "\0", "-", "7", "'s", "\u4E00" })
            {
                data.Add(tokenizer, part);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Encode_OneMegabyteOfOneThing_TakesUnderOneSecond(string name, string part)
    {
        Tokenizer tokenizer = Tokenizer.Load(TestPaths.Data("tokenizers", name, "tokenizer.json"));
        string text = string.Concat(Enumerable.Repeat(part, Bytes / Encoding.UTF8.GetByteCount(part)));

        // The best of five: other programs share the cores.
        TimeSpan best = TimeSpan.MaxValue;
        int[] ids = [];
        for (int round = 0; round < 5 && best.TotalSeconds > 0.5; round++)
        {
            long start = Stopwatch.GetTimestamp();
            ids = tokenizer.Encode(text, addSpecialTokens: false);
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
        }

        Assert.True(best.TotalSeconds < 1, $"{best}");

        // As many tokens for each part as in the middle of a short text of the same.
        string few = string.Concat(Enumerable.Repeat(part, 1024));
        string more = string.Concat(Enumerable.Repeat(part, 2048));
        double each = (tokenizer.Encode(more).Length - tokenizer.Encode(few).Length) / 1024.0;
        Assert.InRange(ids.Length, (each * text.Length / part.Length) - 1100, (each * text.Length / part.Length) + 1100);
    }
}
