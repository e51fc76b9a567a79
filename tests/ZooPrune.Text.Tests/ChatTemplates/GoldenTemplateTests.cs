using System.Text.Json;

namespace ZooPrune.Text.Tests;

/// <summary>Against what Python's Jinja renders with transformers' settings (Data/chat/golden.py).</summary>
public sealed class GoldenTemplateTests
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("chat", "golden.json"))).RootElement;

    private static readonly DictionaryValue Variables = JsonValues.Dictionary(Golden.GetProperty("variables"));

    private static readonly TimeProvider Clock = new FixedClock(DateTime.Parse(Golden.GetProperty("now").GetString()!));

    [Fact]
    public void Render_EveryConstruct_IsWhatJinjaRenders() => AssertNoDifference(Cases()
        .Where(one => !one.Strict && one.Result is not null)
        .Select(one => (one.Template, one.Result, Rendered(one.Template, Variables))), least: 360);

    [Fact]
    public void Render_WhatJinjaRaisesOn_IsAnError() => AssertNoDifference(Cases()
        .Where(one => !one.Strict && one.Result is null)
        .Select(one => (one.Template, one.Result, Rendered(one.Template, Variables))), least: 90);

    [Fact]
    public void Render_WhatIsNotSupported_IsAnErrorThatSaysSo() => Assert.All(Cases().Where(one => one.Strict), one =>
    {
        var exception = Assert.Throws<ZooPruneException>(() => ChatTemplate.Parse("test", one.Template).Render(Variables, Clock));
        Assert.StartsWith($"Chat template 'test', line 1 ('{one.Template}'): ", exception.Message);
    });

    [Fact]
    public void Render_PublicShapes_AreWhatJinjaRenders()
    {
        JsonElement shapes = Golden.GetProperty("shapes");
        AssertNoDifference(
            Golden.GetProperty("chats").EnumerateArray().Select(chat =>
            {
                string name = chat.GetProperty("name").GetString()!;
                DictionaryValue variables = JsonValues.Dictionary(chat.GetProperty("variables"));
                return (name, chat.GetProperty("result").GetString(), Rendered(shapes.GetProperty(name).GetString()!, variables));
            }),
            least: 100);
    }

    private static IEnumerable<(string Template, bool Strict, string? Result)> Cases() => Golden.GetProperty("cases").EnumerateArray()
        .Select(one => (one.GetProperty("template").GetString()!, one.GetProperty("strict").GetBoolean(), one.GetProperty("result").GetString()));

    private static string? Rendered(string template, DictionaryValue variables)
    {
        try
        {
            return ChatTemplate.Parse("test", template).Render(variables, Clock);
        }
        catch (ZooPruneException)
        {
            return null;
        }
    }

    private static void AssertNoDifference(IEnumerable<(string What, string? Expected, string? Got)> cases, int least)
    {
        List<(string What, string? Expected, string? Got)> all = [.. cases];
        Assert.True(all.Count >= least, $"There are {all.Count} cases.");
        string[] wrong = [.. all.Where(one => one.Expected != one.Got).Select(one => $"{one.What}\n  expected {one.Expected ?? "an error"}\n  got      {one.Got ?? "an error"}")];
        Assert.True(wrong.Length == 0, $"{wrong.Length} of {all.Count}:\n{string.Join('\n', wrong)}");
    }

    private sealed class FixedClock(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
