namespace ZooPrune.Onnx;

/// <summary>The vocabulary and the rule that cuts a word into tokens of it ("model" in tokenizer.json).</summary>
internal interface ITokenModel
{
    /// <summary>Appends the ids of one word.</summary>
    /// <param name="word">A piece that the pre-tokenizer left; not empty.</param>
    /// <param name="ids">Receives one id or more.</param>
    /// <param name="unknownWords">Receives the word where the vocabulary cannot express it.</param>
    void Encode(string word, List<int> ids, List<string> unknownWords);

    /// <summary>The id of a token, or null.</summary>
    int? Find(string token);

    /// <summary>The token of an id, or null.</summary>
    string? Find(int id);
}
