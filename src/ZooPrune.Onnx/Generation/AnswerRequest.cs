namespace ZooPrune.Onnx;

/// <summary>Visual tokens of an image that are projected and chosen. Immutable.</summary>
/// <param name="Tokens">Projected kept tokens, row-major [K, H].</param>
/// <param name="Indices">[K], ascending, each below <paramref name="VisualTokenCount"/>.</param>
/// <param name="VisualTokenCount">N before pruning.</param>
internal sealed record KeptImage(ReadOnlyMemory<float> Tokens, int[] Indices, int VisualTokenCount);

/// <summary>A question that is ready for the language model. Immutable.</summary>
/// <param name="Generation">What is read and how the answer is chosen.</param>
/// <param name="KeptIndices">[K].</param>
/// <param name="VisualTokenCount">N before pruning.</param>
/// <param name="Note">What the caller should know about the question, or null.</param>
internal sealed record AnswerRequest(GenerationRequest Generation, int[] KeptIndices, int VisualTokenCount, string? Note);
