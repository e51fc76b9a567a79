namespace ZooPrune.Text;

/// <summary>The vocabulary and the rule that cuts a word into tokens of it ("model" in tokenizer.json).</summary>
internal interface ITokenModel
{
    Vocabulary Vocabulary { get; }

    /// <summary>Appends the ids of one word.</summary>
    /// <param name="word">A piece that the pre-tokenizer left; not empty.</param>
    /// <param name="ids">Receives the ids.</param>
    /// <param name="unknownWords">Receives the word where the vocabulary cannot express it.</param>
    void Encode(ReadOnlySpan<char> word, List<int> ids, List<string> unknownWords);
}
