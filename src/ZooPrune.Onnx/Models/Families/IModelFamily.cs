namespace ZooPrune.Onnx.Models;

/// <summary>What differs between kinds of models once their files are read. Immutable; any number of threads may use it.</summary>
/// <remarks>A family is one file in this folder and one line in <see cref="ModelFamilies"/>; docs/adding-a-model.md says how.</remarks>
internal interface IModelFamily
{
    /// <summary>Prompt template that the kind was trained with, for folders without a chat template.</summary>
    string Prompt { get; }

    /// <summary>Positions of kept tokens that the method publishes for the kind; never Auto.</summary>
    PositionMode Positions { get; }

    /// <summary>Numbers that make a position: 1, or 3 (frame, row, column) where the language model has mRoPE.</summary>
    int PositionAxes => 1;

    /// <summary>
    /// Names that the embedding between rows of visual tokens has in the checkpoint, the likeliest first; empty where there is none.
    /// </summary>
    IReadOnlyList<string> NewlineNames => [];

    /// <summary>What <see cref="LayOut"/> needs to know of an image that the number of its pixel values does not tell.</summary>
    ImageMeasure Measure => ImageMeasure.None;

    /// <summary>What the encoder takes for pictures of any size; null where all take the same.</summary>
    EncoderMemory? EncoderMemory => null;

    /// <summary>How the visual tokens of an image lie in the prompt: tiles, order, separators, positions.</summary>
    /// <param name="image">What the preprocessor makes of the image.</param>
    /// <param name="tokensPerTile">N, what the encoder gives for one tile; 0 where that depends on the image.</param>
    /// <exception cref="ArgumentException">The image is not what the family's preprocessor makes.</exception>
    ImageLayout LayOut(ImageShape image, int tokensPerTile);
}
