namespace ZooPrune.Text;

/// <summary>One word, one token ("WordLevel"). Words outside the vocabulary become the unknown token.</summary>
internal sealed class WordLevelModel : ITokenModel
{
    private readonly int _unknown;

    private WordLevelModel(Vocabulary vocabulary, int unknown)
    {
        Vocabulary = vocabulary;
        _unknown = unknown;
    }

    public Vocabulary Vocabulary { get; }

    public static WordLevelModel Read(JsonSection model)
    {
        Vocabulary vocabulary = Vocabulary.Read(model.Section("vocab"));
        string unknown = model.RequiredText("unk_token");
        return new WordLevelModel(
            vocabulary, vocabulary.Find(unknown) ?? throw model.Wrong("unk_token", unknown, "a token of the vocabulary"));
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids, List<string> unknownWords)
    {
        if (!Vocabulary.TryFind(word, out int id))
        {
            id = _unknown;
            unknownWords.Add(word.ToString());
        }

        ids.Add(id);
    }
}
