namespace ZooPrune;

/// <summary>The definition: plain loops, double accumulators. Correct on every machine, slow on all of them.</summary>
internal sealed class ReferenceTokenKernels : ITokenKernels
{
    public string Name => "reference";

    public int StripRows => 1;

    public void AddProducts(in MatrixView x, in MatrixView y, Span<float> product, int stride)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            for (int j = 0; j < y.Rows; j++)
            {
                AddProduct(x[i], y[j], ref product[(i * stride) + j]);
            }
        }
    }

    public void AddProducts(in MatrixView x, in PackedView y, Span<float> product, int stride) =>
        AddProducts(x, Rows(y), product, stride);

    public void AddProducts(in PackedView x, in PackedView y, Span<float> product, int stride) =>
        AddProducts(Rows(x), Rows(y), product, stride);

    public void PackRows(in MatrixView rows, Span<float> strips)
    {
        for (int i = 0; i < rows.Rows; i++)
        {
            rows[i].CopyTo(strips[(i * rows.Columns)..]);
        }
    }

    public void PackUnitRows(in MatrixView rows, ReadOnlySpan<float> offset, Span<float> strips)
    {
        for (int i = 0; i < rows.Rows; i++)
        {
            UnitRow(rows[i], offset, strips.Slice(i * rows.Columns, rows.Columns));
        }
    }

    public float Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double difference = (double)x[i] - y[i];
            sum += difference * difference;
        }

        return (float)Math.Sqrt(sum);
    }

    public void AddScaled(ReadOnlySpan<float> x, float scale, ReadOnlySpan<float> y, Span<float> result)
    {
        for (int i = 0; i < x.Length; i++)
        {
            result[i] = (float)(x[i] + ((double)scale * y[i]));
        }
    }

    public void Gelu(ReadOnlySpan<float> x, Span<float> result, GeluKind kind)
    {
        for (int i = 0; i < x.Length; i++)
        {
            result[i] = (float)GeluFunction.Value(kind, x[i]);
        }
    }

    public void GeluDerivative(ReadOnlySpan<float> x, Span<float> result, GeluKind kind)
    {
        for (int i = 0; i < x.Length; i++)
        {
            result[i] = (float)GeluFunction.Slope(kind, x[i]);
        }
    }

    public void GeluDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> v, float h, Span<float> result, GeluKind kind)
    {
        for (int i = 0; i < a.Length; i++)
        {
            double step = (double)h * v[i];
            result[i] = (float)((GeluFunction.Value(kind, a[i] + step) - GeluFunction.Value(kind, a[i] - step)) / (2.0 * h));
        }
    }

    public float WeightedSquares(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += (double)w[i] * x[i] * x[i];
        }

        return (float)sum;
    }

    public int PickNext(ReadOnlySpan<float> weights, ReadOnlySpan<float> newest, Span<float> closest)
    {
        int best = -1;
        float bestScore = float.NegativeInfinity;
        for (int i = 0; i < weights.Length; i++)
        {
            closest[i] = Math.Max(closest[i], newest[i]);
            float score = weights[i] * (1 - closest[i]);
            if (score > bestScore)
            {
                best = i;
                bestScore = score;
            }
        }

        return best;
    }

    private static void AddProduct(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ref float product)
    {
        double sum = 0;
        for (int k = 0; k < x.Length; k++)
        {
            sum += (double)x[k] * y[k];
        }

        product = (float)(product + sum);
    }

    private static void UnitRow(ReadOnlySpan<float> row, ReadOnlySpan<float> offset, Span<float> unit)
    {
        double sum = 0;
        for (int k = 0; k < row.Length; k++)
        {
            double value = row[k] - (offset.IsEmpty ? 0.0 : offset[k]);
            sum += value * value;
        }

        double length = Math.Sqrt(sum);
        for (int k = 0; k < row.Length; k++)
        {
            double value = row[k] - (offset.IsEmpty ? 0.0 : offset[k]);
            unit[k] = length == 0 ? 0 : (float)(value / length);
        }
    }

    /// <summary>Strips of one row are rows.</summary>
    private static MatrixView Rows(in PackedView packed) => new(packed.Values, packed.Rows, packed.Columns, packed.StripStride);
}
