namespace ZooPrune.Text;

/// <summary>How a byte-pair encoding treats a word's characters before it merges them.</summary>
/// <param name="Unknown">The token of characters that the vocabulary lacks; null to leave them out.</param>
/// <param name="FuseUnknown">Whether unknown characters that touch are one token.</param>
/// <param name="ByteFallback">Whether unknown characters are written as tokens of their bytes.</param>
/// <param name="IgnoreMerges">Whether a word of the vocabulary is its token, whatever the merges would give.</param>
/// <param name="Prefix">Stands before every character but a word's first.</param>
/// <param name="Suffix">Stands after a word's last character.</param>
internal sealed record BpeSettings(int? Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, string Prefix, string Suffix)
{
    public static BpeSettings Read(JsonSection model, Vocabulary vocabulary)
    {
        if (model.Single("dropout") is { } dropout and not 0)
        {
            throw model.Unsupported("dropout", FormattableString.Invariant($"{dropout}"), "no dropout (null), which is for training only");
        }

        string? unknown = model.Text("unk_token");
        return new BpeSettings(
            unknown is null ? null : vocabulary.Find(unknown) ?? throw model.Wrong("unk_token", unknown, "a token of the vocabulary"),
            model.Boolean("fuse_unk") ?? false,
            model.Boolean("byte_fallback") ?? false,
            model.Boolean("ignore_merges") ?? false,
            model.Text("continuing_subword_prefix") ?? "",
            model.Text("end_of_word_suffix") ?? "");
    }
}
