namespace ZooPrune.Text.Tests;

public sealed class ChatTemplateTests
{
    [Fact]
    public void Parse_UnknownBlock_SaysLineAndText()
    {
        var exception = Assert.Throws<ZooPruneException>(() => ChatTemplate.Parse("chat_template.jinja", "a\nb\n  {% include 'x' %}\n"));
        Assert.Equal(
            "Chat template 'chat_template.jinja', line 3 ('{% include 'x' %}'): '{% include %}' is not supported. Supported is what docs/chat-templates.md lists; simplify the template, or report this with the model's name.",
            exception.Message);
    }

    [Fact]
    public void Parse_TagNotClosed_SaysWhere()
    {
        var exception = Assert.Throws<ZooPruneException>(() => ChatTemplate.Parse("t", "a\n{{ b\n\n"));
        Assert.StartsWith("Chat template 't', line 3 (''): the template ends within a tag. Expected '}}'; ", exception.Message);
    }

    [Fact]
    public void Render_FaultWithinALoop_SaysTheLineOfTheExpression()
    {
        ChatTemplate template = ChatTemplate.Parse("t", "{% for m in messages %}\n{{ 'x' }}\n{{ m.name.first }}\n{{ 'y' }}\n{% endfor %}");

        var exception = Assert.Throws<ZooPruneException>(() => template.Render([new ChatMessage("user", "Hi")]));
        Assert.StartsWith("Chat template 't', line 3 ('{{ m.name.first }}'): 'name' is undefined. It must have a value", exception.Message);
    }

    [Fact]
    public void Render_RaiseException_SaysWhatTheTemplateSays()
    {
        var exception = Assert.Throws<ZooPruneException>(() => ChatTemplate.Parse("t", "{{ raise_exception('No system role!') }}").Render([]));
        Assert.Contains("the template refuses the messages: No system role!. It needs messages as it says; change them.", exception.Message);
    }

    [Theory]
    [InlineData("{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}", "the work for one prompt")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "the nesting of expressions, blocks and macros")]
    [InlineData("{{ 'x' * 1000000000000 }}", "over the limit")]
    [InlineData("{{ 'x' * 3000000 }}{{ 'x' * 3000000 }}", "over the limit")]
    [InlineData("{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "over the limit")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}", "the work for one prompt")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(45) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}", "over the limit")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(45) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | tojson }}", "over the limit")]
    [InlineData("{% set n = namespace(x=[1], y=[1]) %}{% for i in range(45) %}{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}", "the work for one prompt")]
    [InlineData("{% set n = namespace(x=[1]) %}{% for i in range(9000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", "the nesting of a value")]
    [InlineData("{% set n = namespace(x=[1], y=[1]) %}{% for i in range(9000) %}{% set n.x = [n.x] %}{% set n.y = [n.y] %}{% endfor %}{{ n.x == n.y }}", "the nesting of a value")]
    [InlineData("{% set s = 'a' * 4000 %}{{ s.replace('a', s).replace('a', s) }}", "over the limit")]
    [InlineData("{% set s = ('a' * 3000).split('') %}", "an empty text")]
    [InlineData("{% set s = 'a' * 2000000 %}{{ s | list | join(s) }}", "over the limit")]
    [InlineData("{% set s = 'a\n' * 9000 %}{{ s | indent(1000000) }}", "over the limit")]
    [InlineData("{{ [[[1]]] | tojson(indent=90000000000) }}", "over the limit")]
    [InlineData("{{ range(99999999999999) }}", "a range")]
    [InlineData("{{ 9 ** 9 ** 9 ** 9 }}", "more than 64 bits")]
    [InlineData("{{ messages.__class__ }}", "the member '__class__'")]
    [InlineData("{{ messages.GetType() }}", "is undefined")]
    [InlineData("{{ messages['GetType']() }}", "is undefined")]
    public void Render_HostileTemplate_IsAnErrorSoon(string source, string what)
    {
        ChatTemplate template = ChatTemplate.Parse("t", source);
        Assert.Contains(what, Assert.Throws<ZooPruneException>(() => template.Render([])).Message);
    }

    [Fact]
    public void Parse_DeepNesting_IsAnError()
    {
        foreach (string open in (string[])[$"{{{{ {new string('(', 50_000)}1{new string(')', 50_000)} }}}}", $"{{{{ {new string('[', 50_000)}{new string(']', 50_000)} }}}}", $"{{{{ {new string('-', 50_000)}1 }}}}",
            string.Concat(Enumerable.Repeat("{% if a %}", 50_000)), "{{ " + string.Concat(Enumerable.Repeat("not ", 50_000)) + "1 }}",
            "{{ " + string.Concat(Enumerable.Repeat("a if b else ", 50_000)) + "1 }}"])
        {
            Assert.Contains("the nesting of the template is over the limit", Assert.Throws<ZooPruneException>(() => ChatTemplate.Parse("t", open)).Message);
        }
    }

    [Theory]
    [InlineData("1 + ")]
    [InlineData("a.")]
    [InlineData("a|upper|")]
    public void Render_LongChain_IsAnError(string link)
    {
        string chain = string.Concat(Enumerable.Repeat(link, 50_000)) + (link.EndsWith('|') ? "upper" : "1");
        ChatTemplate template = ChatTemplate.Parse("t", $"{{{{ {chain} }}}}");

        Assert.Contains("over the limit", Assert.Throws<ZooPruneException>(() => template.Render([])).Message);
    }

    [Fact]
    public void Parse_TooLong_IsAnError() =>
        Assert.Throws<ZooPruneException>(() => ChatTemplate.Parse("t", new string('x', ChatTemplate.MaxLength + 1)));

    [Fact]
    public void Parse_MutatedTemplates_GiveTextOrAnError()
    {
        string[] sources = [.. Directory.EnumerateFiles(TestPaths.Data("chat", "folders"), "*.jinja", SearchOption.AllDirectories).Order().Select(File.ReadAllText)];
        string[] pieces = ["{%", "%}", "{{", "}}", "-", "'", "(", ")", "[", "]", "|", ".", "if", "for", "endif", "in", "not", "1", "{#", "\\", "\n", "~", "*", "é", "😀"];
        var random = new Random(7);
        for (int mutation = 0; mutation < 2_000; mutation++)
        {
            string source = sources[mutation % sources.Length];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(source.Length);
                int cut = random.Next(0, Math.Min(6, source.Length - at));
                source = source[..at] + pieces[random.Next(pieces.Length)] + source[(at + cut)..];
            }

            try
            {
                ChatTemplate.Parse("t", source).Render([new ChatMessage("user", [ChatPart.Image, new ChatPart("Where?")])]);
            }
            catch (ZooPruneException exception)
            {
                Assert.StartsWith("Chat template 't', line ", exception.Message);
            }
        }
    }
}
