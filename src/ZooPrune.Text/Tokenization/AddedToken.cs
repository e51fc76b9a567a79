namespace ZooPrune.Text;

/// <summary>A token that is found in the text before anything else is done to it ("added_tokens" in tokenizer.json).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">What it looks like in the text.</param>
/// <param name="IsSpecial">Left out of decoded text on request.</param>
/// <param name="IsNormalized">Looked for in normalized text instead of the text as it is.</param>
/// <param name="SingleWord">Only where no letter, digit or underscore touches it.</param>
/// <param name="TakesLeft">White space before it belongs to it.</param>
/// <param name="TakesRight">White space after it belongs to it.</param>
internal sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool IsNormalized, bool SingleWord, bool TakesLeft, bool TakesRight)
{
    // Longer ones are no tokens, and would only make the search slow.
    private const int LongestContent = 512;

    public static AddedToken Read(JsonSection section)
    {
        string content = section.RequiredText("content");
        return content.Length is 0 or > LongestContent
            ? throw section.Wrong("content", content.Length == 0 ? "empty" : content, $"1 to {LongestContent} characters")
            : new AddedToken(
                section.RequiredInt32("id", 0, int.MaxValue),
                content,
                section.Boolean("special") ?? false,
                section.Boolean("normalized") ?? false,
                section.Boolean("single_word") ?? false,
                section.Boolean("lstrip") ?? false,
                section.Boolean("rstrip") ?? false);
    }
}
