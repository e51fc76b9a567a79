namespace ZooPrune.Onnx;

/// <summary>Special tokens put around a text ("post_processor" in tokenizer.json).</summary>
/// <param name="Before">Ids before the text.</param>
/// <param name="After">Ids after it.</param>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>What a section describes; nothing where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static PostProcessor Read(JsonSection section) => section.IsMissing ? new PostProcessor([], []) : section.RequiredText("type") switch
    {
        "TemplateProcessing" => ReadTemplate(section),

        // It moves the places of tokens in the text, which nobody asks for here, and no id.
        "ByteLevel" => new PostProcessor([], []),
        "Sequence" => section.List("processors").Select(Read).Aggregate(
            new PostProcessor([], []), (inner, outer) => new PostProcessor([.. outer.Before, .. inner.Before], [.. inner.After, .. outer.After])),
        var type => throw section.Unsupported("type", type, "TemplateProcessing, ByteLevel or a Sequence of them"),
    };

    private static PostProcessor ReadTemplate(JsonSection section)
    {
        var before = new List<int>();
        var after = new List<int>();
        int texts = 0;
        foreach (JsonSection item in section.List("single"))
        {
            if (item.Has("Sequence"))
            {
                texts++;
                continue;
            }

            string name = item.Section("SpecialToken").RequiredText("id");
            foreach (JsonSection id in section.Section("special_tokens").Section(name).List("ids"))
            {
                (texts == 0 ? before : after).Add(id.AsInt32(0, int.MaxValue));
            }
        }

        return texts == 1
            ? new PostProcessor(before, after)
            : throw section.Wrong(
                "single", texts == 0 ? "a list without Sequence" : $"a list with {texts} times Sequence", "a list with the place of the text (Sequence) once");
    }
}
