using ZooPrune.Text;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// A chat template as a prompt: the turns, in each the images and then the text, and the start of the answer, as the processors of
/// transformers render it. Immutable; any number of threads may use it.
/// </summary>
internal sealed class ChatPrompt : IPromptTemplate
{
    private readonly ChatTemplate _template;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;

    // What stands for an image in a content that is one text; null where contents are lists of parts.
    private readonly string? _imageInText;

    // What stands around the text of the commonest conversation: one question about one image.
    private readonly string[] _aroundOneQuestion;

    private ChatPrompt(ChatTemplate template, IReadOnlyDictionary<string, string> specialTokens, string? imageInText)
    {
        _template = template;
        _specialTokens = specialTokens;
        _imageInText = imageInText;
        _aroundOneQuestion = Around([new PromptTurn(ChatTurn.User, "question", ImageCount: 1)]);

        // transformers: a prompt that starts with it gets no second one from the tokenizer.
        AddsSpecialTokens = !(specialTokens.TryGetValue("bos_token", out string? first)
            && (_aroundOneQuestion[0] + Probe(0)).StartsWith(first, StringComparison.Ordinal));
    }

    /// <summary>
    /// A template that takes contents as lists of parts, as today's templates do; where it does not write an image and a question out of
    /// those, one that takes a content as text, as nanoLLaVA's and llava-v1.6-34b's do: "&lt;image&gt;\nquestion".
    /// </summary>
    /// <param name="template">The model's template.</param>
    /// <param name="specialTokens">Variables such as bos_token.</param>
    /// <param name="imageToken">How the tokenizer writes the image placeholder.</param>
    /// <exception cref="ZooPruneException">The template writes a question of neither form, or refuses it.</exception>
    public static ChatPrompt Read(ChatTemplate template, IReadOnlyDictionary<string, string> specialTokens, string imageToken)
    {
        ChatPrompt? ofParts = null;
        ZooPruneException? refusal = null;
        try
        {
            ofParts = new ChatPrompt(template, specialTokens, null);
            if (ofParts.Has(imageToken))
            {
                return ofParts;
            }
        }
        catch (ZooPruneException exception)
        {
            refusal = exception;
        }

        try
        {
            var ofText = new ChatPrompt(template, specialTokens, imageToken);
            return ofText.Has(imageToken) ? ofText : ofParts ?? throw refusal!;
        }
        catch (ZooPruneException) when (ofParts is not null || refusal is not null)
        {
            return ofParts ?? throw refusal!;
        }
    }

    public string TextBeforeQuestion => _aroundOneQuestion[0];

    public bool AddsSpecialTokens { get; }

    /// <remarks>What the template does to a text, such as trimming, is within its range.</remarks>
    public RenderedPrompt Render(IReadOnlyList<PromptTurn> turns)
    {
        string[] around = turns is [{ Role: ChatTurn.User, ImageCount: 1 }] ? _aroundOneQuestion : Around(turns);
        string prompt = RenderText(turns);
        var texts = new Range[turns.Count];
        int start = 0;
        for (int i = 0; i < turns.Count; i++)
        {
            start += around[i].Length;
            int end = i == turns.Count - 1 ? prompt.Length - around[^1].Length : EndOf(prompt, start, turns[i].Text, around[i + 1]);
            if (end < start || !prompt.AsSpan(0, start).EndsWith(around[i]) || !prompt.AsSpan(end).StartsWith(around[i + 1]))
            {
                throw Throw.TextNotInPrompt(_template.Name, turns[i].Text, "its surroundings change with it");
            }

            texts[i] = start..end;
            start = end;
        }

        return new RenderedPrompt(prompt, texts);
    }

    private bool Has(string imageToken) => Array.Exists(_aroundOneQuestion, part => part.Contains(imageToken, StringComparison.Ordinal));

    /// <summary>Stands for a text, to see what a template writes around it: private characters, which have no case.</summary>
    private static string Probe(int turn) => $"\uE000\uE001{(char)('\uE100' + turn)}\uE002";

    /// <summary>The end of a text that starts somewhere in the prompt: as it is, or trimmed.</summary>
    private static int EndOf(string prompt, int start, string text, string after)
    {
        foreach (string written in (string[])[text, text.Trim(), text.TrimStart(), text.TrimEnd()])
        {
            if (start <= prompt.Length
                && prompt.AsSpan(start).StartsWith(written)
                && prompt.AsSpan(start + written.Length).StartsWith(after))
            {
                return start + written.Length;
            }
        }

        return -1;
    }

    /// <summary>What the template writes before, between and after the texts.</summary>
    private string[] Around(IReadOnlyList<PromptTurn> turns)
    {
        string rest = RenderText([.. turns.Select((turn, i) => turn with { Text = Probe(i) })]);
        var around = new string[turns.Count + 1];
        for (int i = 0; i < turns.Count; i++)
        {
            string[] parts = rest.Split(Probe(i));
            if (parts.Length != 2)
            {
                throw Throw.TextNotInPrompt(_template.Name, turns[i].Text, $"it is there {parts.Length - 1:N0} times");
            }

            (around[i], rest) = (parts[0], parts[1]);
        }

        around[^1] = rest;
        return around;
    }

    private string RenderText(IReadOnlyList<PromptTurn> turns) => _template.Render(
        [
            .. turns.Select(turn => _imageInText is null
                ? new ChatMessage(turn.Role, [.. Enumerable.Repeat(ChatPart.Image, turn.ImageCount), new ChatPart(turn.Text)])
                : new ChatMessage(turn.Role, string.Concat(Enumerable.Repeat($"{_imageInText}\n", turn.ImageCount)) + turn.Text)),
        ],
        specialTokens: _specialTokens);
}
