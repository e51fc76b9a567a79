namespace ZooPrune.Onnx;

/// <summary>Special tokens put around a text ("post_processor" in tokenizer.json).</summary>
/// <param name="Before">Ids before the text.</param>
/// <param name="After">Ids after it.</param>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>What a section describes; nothing where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static PostProcessor Read(JsonSection section)
    {
        if (section.IsMissing)
        {
            return new PostProcessor([], []);
        }

        string type = section.RequiredText("type");
        return type == "TemplateProcessing"
            ? ReadTemplate(section)
            : throw section.Unsupported("type", type, "TemplateProcessing");
    }

    private static PostProcessor ReadTemplate(JsonSection section)
    {
        var before = new List<int>();
        var after = new List<int>();
        List<int> current = before;
        foreach (JsonSection item in section.List("single"))
        {
            if (item.Has("Sequence"))
            {
                current = after;
                continue;
            }

            string name = item.Section("SpecialToken").RequiredText("id");
            foreach (JsonSection id in section.Section("special_tokens").Section(name).List("ids"))
            {
                current.Add(id.AsInt32(0, int.MaxValue));
            }
        }

        return ReferenceEquals(current, after)
            ? new PostProcessor(before, after)
            : throw section.Wrong("single", "a list without Sequence", "a list with the place of the text (Sequence)");
    }
}
