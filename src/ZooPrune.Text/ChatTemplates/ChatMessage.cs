namespace ZooPrune.Text;

/// <summary>A part of what someone says: a text, or the place of an image. Immutable.</summary>
public sealed class ChatPart
{
    private ChatPart()
    {
    }

    /// <summary>A text.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public ChatPart(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>The place of an image.</summary>
    public static ChatPart Image { get; } = new();

    /// <summary>The text; null for an image.</summary>
    public string? Text { get; }

    internal DictionaryValue ToValue() => Text is null
        ? new DictionaryValue().Set("type", "image")
        : new DictionaryValue().Set("type", "text").Set("text", Text);
}

/// <summary>What someone says in a conversation. Immutable.</summary>
public sealed class ChatMessage
{
    private readonly string? _text;
    private readonly IReadOnlyList<ChatPart> _parts = [];

    /// <summary>A message of parts, as templates of vision-language models want it.</summary>
    /// <param name="role">"system", "user" or "assistant".</param>
    /// <param name="parts">Texts and places of images, in order.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public ChatMessage(string role, IReadOnlyList<ChatPart> parts)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(parts);
        (Role, _parts) = (role, parts);
    }

    /// <summary>A message that is one text, as templates of text-only models want it.</summary>
    /// <param name="role">"system", "user" or "assistant".</param>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public ChatMessage(string role, string text)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(text);
        (Role, _text) = (role, text);
    }

    /// <summary>Who says it.</summary>
    public string Role { get; }

    /// <summary>What a template sees: role and content.</summary>
    internal DictionaryValue ToValue() => new DictionaryValue()
        .Set("role", Role)
        .Set("content", _text ?? (object)new SequenceValue([.. _parts.Select(part => part.ToValue())]));
}
