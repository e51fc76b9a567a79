namespace ZooPrune.Text;

/// <summary>
/// A chat template: how a model wants a conversation written. The language is the part of Jinja that docs/chat-templates.md lists, with
/// the settings of transformers; what is beyond it is an error, never another prompt. Immutable; any number of threads may use it.
/// </summary>
/// <remarks>
/// A template comes from strangers: it reaches the values that it is given and nothing else, and its steps, nesting and output are
/// bounded.
/// </remarks>
public sealed class ChatTemplate
{
    /// <summary>Longest template, in characters; those of the hub take up to some 20,000.</summary>
    internal const int MaxLength = 1_000_000;

    private readonly string _source;
    private readonly IReadOnlyList<TemplateStatement> _statements;

    private ChatTemplate(string name, string source, IReadOnlyList<TemplateStatement> statements)
    {
        Name = name;
        _source = source;
        _statements = statements;
    }

    /// <summary>Where the template comes from, for messages.</summary>
    public string Name { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="name">Where the template comes from, for messages.</param>
    /// <param name="source">The template's text.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ZooPruneException">It is too long, breaks Jinja's grammar or uses what is not supported.</exception>
    public static ChatTemplate Parse(string name, string source)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(source);
        if (source.Length > MaxLength)
        {
            throw Throw.ChatTemplateTooLong(name, source.Length, MaxLength);
        }

        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        source = source.EndsWith('\n') ? source[..^1] : source;
        int line = 1;
        try
        {
            var tokens = new TokenReader(TemplateLexer.Read(source, out line));
            line = 0;
            try
            {
                return new ChatTemplate(name, source, new StatementParser(tokens).ParseTemplate());
            }
            catch (TemplateFault)
            {
                line = tokens.Line;
                throw;
            }
        }
        catch (TemplateFault fault)
        {
            throw Throw.ChatTemplate(name, line, LineOf(source, line), fault);
        }
    }

    /// <summary>Writes a conversation as the model wants it.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="addGenerationPrompt">Whether the start of the model's answer comes last.</param>
    /// <param name="specialTokens">Variables such as bos_token (<see cref="ChatTemplateFiles.SpecialTokens"/>); null for none.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    /// <exception cref="ZooPruneException">The template refuses the messages, uses what is not supported, or takes too long.</exception>
    public string Render(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, string>? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var variables = new DictionaryValue()
            .Set("messages", new SequenceValue([.. messages.Select(message => message.ToValue())]))
            .Set("tools", null)
            .Set("documents", null)
            .Set("add_generation_prompt", addGenerationPrompt);
        foreach ((string name, string token) in specialTokens ?? new Dictionary<string, string>())
        {
            variables.Set(name, token);
        }

        return Render(variables, TimeProvider.System);
    }

    /// <summary>Runs the template on any variables.</summary>
    /// <param name="variables">Their names and values.</param>
    /// <param name="clock">What strftime_now asks.</param>
    internal string Render(DictionaryValue variables, TimeProvider clock)
    {
        var scope = new TemplateScope(null);
        foreach ((object? name, object? value) in variables.Items)
        {
            scope.Set((string)name!, value);
        }

        var renderer = new TemplateRenderer(clock);
        try
        {
            return renderer.Render(_statements, scope);
        }
        catch (TemplateFault fault)
        {
            throw Throw.ChatTemplate(Name, renderer.Line, LineOf(_source, renderer.Line), fault);
        }
    }

    private static string LineOf(string source, int line) => source.Split('\n')[line - 1].Trim();
}

/// <summary>What is wrong in a template, without the place. Never leaves <see cref="ChatTemplate"/>.</summary>
/// <param name="got">What was found.</param>
/// <param name="needed">What is needed and what to do.</param>
internal sealed class TemplateFault(string got, string needed) : Exception(got)
{
    public string Got => Message;

    public string Needed { get; } = needed;
}
