namespace ZooPrune.Onnx;

/// <summary>A part of what someone says: a text, or the place of an image.</summary>
/// <param name="Text">The text; null for an image.</param>
internal readonly record struct ChatPart(string? Text)
{
    public static ChatPart Image => new(null);
}

/// <summary>What someone says in a conversation. Immutable.</summary>
/// <param name="Role">"system", "user" or "assistant".</param>
/// <param name="Parts">A list of parts, as templates of vision-language models want it.</param>
internal sealed record ChatMessage(string Role, IReadOnlyList<ChatPart> Parts)
{
    /// <summary>True where the template gets one text instead of a list of parts, as those of text-only models want it.</summary>
    public bool IsPlain { get; private init; }

    /// <summary>A message that is one text.</summary>
    public static ChatMessage Plain(string role, string text) => new(role, [new ChatPart(text)]) { IsPlain = true };

    /// <summary>What a template sees: role and content.</summary>
    public object ToValue() => new DictionaryValue()
        .Set("role", Role)
        .Set("content", IsPlain ? Parts[0].Text : new SequenceValue([.. Parts.Select(ToValue)]));

    private static DictionaryValue ToValue(ChatPart part) => part.Text is null
        ? new DictionaryValue().Set("type", "image")
        : new DictionaryValue().Set("type", "text").Set("text", part.Text);
}
