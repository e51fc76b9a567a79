using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>A grid of visual tokens over a part of a picture.</summary>
/// <param name="Area">The part, in the picture's pixels.</param>
/// <param name="Rows">Rows of tokens.</param>
/// <param name="Columns">Columns of tokens.</param>
/// <param name="First">Index of the first token; the others follow row by row.</param>
internal sealed record TokenPanel(PictureArea Area, int Rows, int Columns, int First)
{
    /// <summary>The token that shows the middle of a pixel; -1 where the panel does not reach.</summary>
    public int TokenAt(int x, int y)
    {
        double column = (x + 0.5 - Area.Left) * Columns / Area.Width;
        double row = (y + 0.5 - Area.Top) * Rows / Area.Height;
        return column < 0 || column >= Columns || row < 0 || row >= Rows ? -1 : First + ((int)row * Columns) + (int)column;
    }
}
