namespace ZooPrune.Onnx.Engine;

/// <summary>A stretch of input for the language model. Immutable.</summary>
/// <param name="Embeddings">Row-major [T, H].</param>
/// <param name="Positions">Row-major [T, axes].</param>
/// <param name="NextPosition">Position of the token that follows, in every axis.</param>
/// <param name="Length">T.</param>
internal sealed record DecoderInput(float[] Embeddings, long[] Positions, long NextPosition, int Length)
{
    /// <summary>Stretches of which each goes on from the one before, as one.</summary>
    /// <param name="parts">One at least.</param>
    public static DecoderInput Join(IReadOnlyList<DecoderInput> parts)
    {
        float[] embeddings = new float[checked((int)parts.Sum(part => (long)part.Embeddings.Length))];
        long[] positions = new long[parts.Sum(part => part.Positions.Length)];
        (int values, int numbers) = (0, 0);
        foreach (DecoderInput part in parts)
        {
            part.Embeddings.CopyTo(embeddings.AsSpan(values));
            part.Positions.CopyTo(positions.AsSpan(numbers));
            (values, numbers) = (values + part.Embeddings.Length, numbers + part.Positions.Length);
        }

        return new DecoderInput(embeddings, positions, parts[^1].NextPosition, parts.Sum(part => part.Length));
    }
}

/// <summary>Text and kept visual tokens: embeddings and positions. Immutable.</summary>
/// <param name="width">H.</param>
/// <param name="axes">Numbers that make a position.</param>
/// <param name="positions">Compact: what is kept is numbered without gaps, alike in all axes. KeepOriginal: it has the positions that
/// it has among all. Where everything is kept, both are the same.</param>
/// <param name="newlineEmbedding">The embedding between rows of visual tokens, [H]; empty where the model has none.</param>
internal sealed class InputEmbeds(int width, int axes, PositionMode positions, float[] newlineEmbedding)
{
    /// <param name="image">What is kept of an image.</param>
    /// <param name="start">Position of its first row.</param>
    public DecoderInput Image(PrunedImage image, long start)
    {
        ImageLayout layout = image.Layout;
        bool keepsGaps = KeepsGaps(layout, image.KeptTokenCount);
        int[] places = new int[layout.TokenCount];
        for (int k = 0; k < image.Indices.Length; k++)
        {
            places[image.Indices[k]] = k + 1;
        }

        float[] embeddings = new float[image.KeptTokenCount * width];
        long[] numbers = new long[image.KeptTokenCount * axes];
        int read = 0;
        for (int row = 0; row < layout.SequenceLength; row++)
        {
            int source = layout.Sequence[row];
            if (source != ImageLayout.Newline && places[source] == 0)
            {
                continue;
            }

            ReadOnlySpan<float> embedding = source == ImageLayout.Newline
                ? newlineEmbedding
                : image.KeptTokens.Span.Slice((places[source] - 1) * width, width);
            embedding.CopyTo(embeddings.AsSpan(read * width, width));
            for (int axis = 0; axis < axes; axis++)
            {
                numbers[(read * axes) + axis] = start + (keepsGaps ? layout.Offset(row, axis, axes) : read);
            }

            read++;
        }

        return new DecoderInput(embeddings, numbers, start + Positions(layout, read), read);
    }

    /// <summary>Positions that an image takes of which so many rows are read.</summary>
    public long Positions(ImageLayout layout, int rows) => KeepsGaps(layout, rows) ? layout.Span : rows;

    private bool KeepsGaps(ImageLayout layout, int rows) => positions == PositionMode.KeepOriginal || rows == layout.SequenceLength;

    /// <summary>Text that goes on from a position.</summary>
    /// <param name="text">Embeddings of the text, [A, H].</param>
    /// <param name="start">Position of its first token.</param>
    public DecoderInput Text(float[] text, long start)
    {
        int count = text.Length / width;
        long[] numbers = new long[count * axes];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = start + (i / axes);
        }

        return new DecoderInput(text, numbers, start + count, count);
    }
}
