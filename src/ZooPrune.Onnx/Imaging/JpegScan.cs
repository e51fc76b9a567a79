namespace ZooPrune.Onnx;

/// <summary>A JPEG scan header (T.81, B.2.3; progressive: G.1.1.1).</summary>
internal static class JpegScan
{
    private const int LastCoefficient = 63;
    private const int MostShift = 13;
    private const int MostBlocks = 10;

    /// <summary>Checks that the scan fits its frame and that all tables it needs are there.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public static void Check(ReadOnlySpan<byte> content, JpegFrame frame, JpegTables tables)
    {
        int count = content.IsEmpty ? 0 : content[0];
        if (count < 1 || count > frame.Components.Count || content.Length != (2 * count) + 4)
        {
            throw new InvalidDataException($"a scan header has {content.Length} bytes for {count} components");
        }

        (int first, int last) = (content[^3], content[^2]);
        (int high, int low) = (content[^1] >> 4, content[^1] & 15);
        CheckCoefficients(frame, count, first, last, high, low);
        bool needsDc = first == 0 && high == 0;
        bool needsAc = last > 0;
        var seen = new HashSet<int>();
        int blocks = 0;
        for (int i = 0; i < count; i++)
        {
            int id = content[1 + (2 * i)];
            (int dc, int ac) = (content[2 + (2 * i)] >> 4, content[2 + (2 * i)] & 15);
            JpegComponent? component = frame.Components.Where(candidate => candidate.Id == id).Cast<JpegComponent?>().FirstOrDefault();
            if (component is not { } found || !seen.Add(id))
            {
                throw new InvalidDataException($"a scan names the component {id}");
            }

            blocks += found.Horizontal * found.Vertical;
            if (!tables.HasQuantization(found.QuantizationTable) || (needsDc && !tables.HasDcHuffman(dc)) || (needsAc && !tables.HasAcHuffman(ac)))
            {
                throw new InvalidDataException($"a scan needs a table that is not there (component {id})");
            }
        }

        if (count > 1 && blocks > MostBlocks)
        {
            throw new InvalidDataException($"a scan has {blocks} blocks in a unit");
        }
    }

    private static void CheckCoefficients(JpegFrame frame, int count, int first, int last, int high, int low)
    {
        bool fits = frame.IsProgressive
            ? (first == 0 ? last == 0 : first <= last && last <= LastCoefficient && count == 1)
                && (high == 0 || low == high - 1) && low <= MostShift
            : first == 0 && last == LastCoefficient && high == 0 && low == 0;
        if (!fits)
        {
            throw new InvalidDataException($"a scan has the coefficients {first} to {last}, bits {high} to {low}");
        }
    }
}
