using ZooPrune.Text;

namespace ZooPrune.Onnx.Engine;

/// <summary>Hands out an answer's text while it is generated, in whole characters. Of one answer; not thread-safe.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="endTokenIds">Ids that are no text.</param>
/// <param name="onText">Takes the next piece; never empty.</param>
/// <param name="cancellation">Looked at after each token.</param>
internal sealed class TextStream(Tokenizer tokenizer, IReadOnlyList<int> endTokenIds, Action<string> onText, CancellationToken cancellation)
{
    private readonly StreamingDecoder _decoder = new(tokenizer);

    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    public void Add(int id)
    {
        if (!endTokenIds.Contains(id))
        {
            Give(_decoder.Append(id));
        }

        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Gives what is left; half a character becomes a replacement character, as in the whole text.</summary>
    public void Finish() => Give(_decoder.Finish());

    private void Give(string text)
    {
        if (text.Length > 0)
        {
            onText(text);
        }
    }
}
