namespace ZooPrune.Text;

/// <summary>Special tokens put around a text ("post_processor" in tokenizer.json).</summary>
/// <param name="Before">Ids before the text.</param>
/// <param name="After">Ids after it.</param>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    // A list of names, each of a list of ids: a small file could ask for any number.
    private const int MostIds = 1000;

    /// <summary>What a section describes; nothing where there is none.</summary>
    /// <exception cref="ZooPruneException">It is of a kind that is not supported.</exception>
    public static PostProcessor Read(JsonSection section) => section.IsMissing ? new PostProcessor([], []) : section.RequiredText("type") switch
    {
        "TemplateProcessing" => ReadTemplate(section),

        // It moves the places of tokens in the text, which nobody asks for here, and no id.
        "ByteLevel" => new PostProcessor([], []),
        "Sequence" => section.Parts("processors").Select(Read).Aggregate(
            new PostProcessor([], []), (inner, outer) => new PostProcessor([.. outer.Before, .. inner.Before], [.. inner.After, .. outer.After])),
        var type => throw section.Unsupported("type", type, "TemplateProcessing, ByteLevel or a Sequence of them"),
    };

    private static PostProcessor ReadTemplate(JsonSection section)
    {
        var before = new List<int>();
        var after = new List<int>();
        int texts = 0;
        int items = 0;
        foreach (JsonSection item in section.List("single"))
        {
            if (++items > MostIds)
            {
                throw section.Wrong("single", $"a list of more than {MostIds} items", "a few special tokens around the text");
            }

            if (item.Has("Sequence"))
            {
                texts++;
                continue;
            }

            string name = item.Section("SpecialToken").RequiredText("id");
            int most = MostIds - before.Count - after.Count;
            foreach (JsonSection id in section.Section("special_tokens").Section(name).List("ids"))
            {
                (texts == 0 ? before : after).Add(most-- > 0
                    ? id.AsInt32(0, int.MaxValue)
                    : throw section.Wrong("single", $"a list of more than {MostIds} ids", "a few special tokens around the text"));
            }
        }

        return texts == 1
            ? new PostProcessor(before, after)
            : throw section.Wrong(
                "single", texts == 0 ? "a list without Sequence" : $"a list with {texts} times Sequence", "a list with the place of the text (Sequence) once");
    }
}
