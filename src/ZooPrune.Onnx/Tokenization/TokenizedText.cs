namespace ZooPrune.Onnx;

/// <summary>Text as token ids.</summary>
/// <param name="Ids">One id a token.</param>
/// <param name="UnknownWords">Words that the vocabulary lacks, each once, in order; they have become the unknown token.</param>
internal sealed record TokenizedText(int[] Ids, IReadOnlyList<string> UnknownWords);
