namespace ZooPrune;

/// <summary>G = U U^T for packed rows. Only tiles on and above the diagonal are computed; what lies below is their mirror image.</summary>
/// <remarks>x . y and y . x have the same bits, so a mirrored value is the one that would have been computed.</remarks>
internal static class GramMatrix
{
    // Whole strips of every width; a depth slice of two tile edges stays in the second-level cache.
    private const int Tile = 96;

    /// <summary>Fills G.</summary>
    /// <param name="rows">U, [N, H].</param>
    /// <param name="gram">G, [N, N], in memory that stays in place (<see cref="FloatBuffer"/>).</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="kernels">The set that packed the rows.</param>
    public static unsafe void Fill(in PackedView rows, Span<float> gram, int maxThreads, ITokenKernels kernels)
    {
        int edge = (rows.Rows + Tile - 1) / Tile;
        fixed (float* u = rows.Values, g = gram)
        {
            Tiles tiles = new(u, rows.Values.Length, rows.Rows, rows.Columns, g, kernels);
            ParallelLoop.Run(edge * (edge + 1) / 2, maxThreads, tiles.Fill);
        }
    }

    private sealed unsafe class Tiles(float* u, int length, int count, int width, float* g, ITokenKernels kernels)
    {
        public void Fill(int index)
        {
            (int row, int column) = Place(index, (count + Tile - 1) / Tile);
            row *= Tile;
            column *= Tile;
            int rows = Math.Min(Tile, count - row);
            int columns = Math.Min(Tile, count - column);
            if (row < column)
            {
                Multiply(row, rows, column, columns);
                Interleave.Transpose(View(row, rows, column, columns), Part(column, columns, row, rows), count);
                return;
            }

            // On the diagonal a strip of rows needs nothing left of itself.
            int strip = kernels.StripRows;
            for (int first = row; first < row + rows; first += strip)
            {
                int stripRows = Math.Min(strip, row + rows - first);
                int right = first + stripRows;
                Multiply(first, stripRows, first, row + rows - first);
                int rest = row + rows - right;
                Interleave.Transpose(View(first, stripRows, right, rest), Part(right, rest, first, stripRows), count);
            }
        }

        /// <summary>
        /// The tile of an index: those above the diagonal row by row, then the cheaper ones on it, so that threads end together.
        /// </summary>
        private static (int Row, int Column) Place(int index, int edge)
        {
            for (int row = 0; row < edge; row++)
            {
                int above = edge - 1 - row;
                if (index < above)
                {
                    return (row, row + 1 + index);
                }

                index -= above;
            }

            return (index, index);
        }

        private void Multiply(int row, int rows, int column, int columns)
        {
            Span<float> part = Part(row, rows, column, columns);
            for (int i = 0; i < rows; i++)
            {
                part.Slice(i * count, columns).Clear();
            }

            PackedView all = new(new ReadOnlySpan<float>(u, length), count, width, kernels.StripRows);
            kernels.AddProducts(all.Slice(row, rows, 0, width), all.Slice(column, columns, 0, width), part, count);
        }

        private MatrixView View(int row, int rows, int column, int columns) => new(Part(row, rows, column, columns), rows, columns, count);

        /// <summary>From the first value of a part of G to the last.</summary>
        private Span<float> Part(int row, int rows, int column, int columns) => rows == 0 || columns == 0
            ? []
            : new(g + ((nint)row * count) + column, ((rows - 1) * count) + columns);
    }
}
