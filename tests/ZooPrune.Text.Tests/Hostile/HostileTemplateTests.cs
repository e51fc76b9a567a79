using System.Diagnostics;
using ZooPrune.Tests;

namespace ZooPrune.Text.Tests;

/// <summary>Templates that are small and ask for much: each operation pays for the size of what it touches, so that a rendering ends.</summary>
public sealed class HostileTemplateTests
{
    public static TheoryData<string, string> Templates()
    {
        var templates = new TheoryData<string, string>();
        foreach ((string what, string source) in HostileTemplates.All)
        {
            templates.Add(what, source);
        }

        return templates;
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Render_MuchWorkForASmallTemplate_Ends(string what, string source)
    {
        string? problem = Judge.Use(() => Render(source), out _);

        Assert.True(problem is null, $"{what}: {problem}");
    }

    [Fact]
    public void Render_RefusesWithALongMessage_QuotesItsStart()
    {
        string message = Assert.Throws<ZooPruneException>(() => Render("{{ raise_exception('\u001b[2Jx' * 100000) }}")).Message;

        Assert.InRange(message.Length, 200, 800);
        Assert.DoesNotContain(message, char.IsControl);
    }

    /// <summary>58 conversations of real length cost little: what pays for its size leaves room for them.</summary>
    [Fact]
    public void Render_LongConversation_StaysWithinTheBudget()
    {
        const string Source = "{% for m in messages %}{% if '</think>' in m['content'] %}{{ m['content'].split('</think>')[-1]|trim }}"
            + "{% else %}{{ m['role'] + ': ' + m['content'].strip() + '\n' }}{% endif %}{% if m['content']|length > 3 and m['content'][0] == 'a' %}!{% endif %}{% endfor %}";
        ChatMessage[] messages = [.. Enumerable.Range(0, 58).Select(i => new ChatMessage(i % 2 == 0 ? "user" : "assistant", new string('a', 20_000) + "</think> b"))];

        Assert.Equal(string.Concat(Enumerable.Repeat("b!", 58)), ChatTemplate.Parse("test", Source).Render(messages));
    }

    [Fact]
    public void Encode_ManySlowMatches_ShareOneBudget()
    {
        // Each word takes some hundred milliseconds, none of them seconds.
        using var folder = new TestFolder();
        string path = folder.Write("tokenizer.json", """
            {"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Split","pattern":{"Regex":"(a+)+c"},"behavior":"Isolated"}]},
             "model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]} }
            """);
        Tokenizer tokenizer = Tokenizer.Load(path);
        string text = string.Join(' ', Enumerable.Repeat(new string('a', 21) + "b", 60));

        long start = Stopwatch.GetTimestamp();
        string message = Assert.Throws<ZooPruneException>(() => tokenizer.Encode(text)).Message;

        Assert.StartsWith("Tokenizer: the regular expression '(a+)+c' takes more than 2 seconds", message);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), $"{Stopwatch.GetElapsedTime(start)}");
    }

    private static string Render(string source) =>
        ChatTemplate.Parse("test", source).Render([new ChatMessage("user", "Hello?")]);
}
