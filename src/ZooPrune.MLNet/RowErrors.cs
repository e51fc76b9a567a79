namespace ZooPrune.MLNet;

/// <summary>What a stage does with a row that it cannot compute: an image that cannot be read, NaN in the encoder's output, an
/// empty question.</summary>
public enum RowErrors
{
    /// <summary>The row goes on. Its error column says what happened, its other columns hold zeros (columns of a known size) or
    /// nothing (the rest), later stages skip it, and its answer reads "error: ..." and the message.</summary>
    Report,

    /// <summary>The exception reaches whoever reads the row, as an exception in one of ML.NET's own stages does. Where ML.NET has
    /// split the rows over threads, as it does around ApplyOnnxModel, that ends the whole pass.</summary>
    Throw,
}
