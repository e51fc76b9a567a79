namespace ZooPrune.Onnx.Images;

/// <summary>
/// Where the tiles of a LLaVA-NeXT picture are, and which of their visual tokens survive unpadding. Pure functions of whole numbers,
/// rounded as Hugging Face transformers rounds.
/// </summary>
internal static class TileGeometry
{
    /// <summary>The grid that shows most of the picture's own pixels, and of those the one that wastes least; the first of
    /// equals.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="grids">Height and width of each, in pixels; one at least.</param>
    public static (int Height, int Width) BestGrid(int width, int height, IReadOnlyList<(int Height, int Width)> grids)
    {
        (int Height, int Width) best = grids[0];
        long mostShown = -1;
        long leastWasted = 0;
        foreach ((int gridHeight, int gridWidth) in grids)
        {
            double scale = Math.Min((double)gridWidth / width, (double)gridHeight / height);
            long shown = Math.Min((long)(width * scale) * (long)(height * scale), (long)width * height);
            long wasted = ((long)gridWidth * gridHeight) - shown;
            if (shown > mostShown || (shown == mostShown && wasted < leastWasted))
            {
                (best, mostShown, leastWasted) = ((gridHeight, gridWidth), shown, wasted);
            }
        }

        return best;
    }

    /// <summary>The size at which a picture fills a grid in one direction and fits in the other.</summary>
    public static (int Height, int Width) FitInto((int Height, int Width) grid, int width, int height)
    {
        double across = (double)grid.Width / width;
        double down = (double)grid.Height / height;
        return across < down
            ? ((int)Math.Min(Math.Ceiling(height * across), grid.Height), grid.Width)
            : (grid.Height, (int)Math.Min(Math.Ceiling(width * down), grid.Width));
    }

    /// <summary>
    /// The visual tokens of a whole grid that show the picture and not its padding. They are not quite those whose pixels do: the
    /// rounding is that of the model's own code.
    /// </summary>
    /// <param name="rows">Rows of visual tokens in the grid.</param>
    /// <param name="columns">Columns of visual tokens in the grid.</param>
    /// <param name="width">Columns of the original picture.</param>
    /// <param name="height">Rows of the original picture.</param>
    public static TokenWindow Unpad(int rows, int columns, int width, int height)
    {
        if ((double)width / height > (double)columns / rows)
        {
            int kept = (int)Math.Round(height * ((double)columns / width), 7);
            int padding = (rows - kept) / 2;
            return new TokenWindow(padding, 0, rows - (2 * padding), columns);
        }
        else
        {
            int kept = (int)Math.Round(width * ((double)rows / height), 7);
            int padding = (columns - kept) / 2;
            return new TokenWindow(0, padding, rows, columns - (2 * padding));
        }
    }
}

/// <summary>A part of a grid of visual tokens.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Rows">Rows, &gt;= 0.</param>
/// <param name="Columns">Columns, &gt;= 0.</param>
internal readonly record struct TokenWindow(int Top, int Left, int Rows, int Columns);
