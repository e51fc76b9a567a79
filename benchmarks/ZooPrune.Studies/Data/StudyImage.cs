using System.Numerics.Tensors;

namespace ZooPrune.Studies;

/// <summary>What a rule may look at: one image's tokens, before and after the projector, and their sensitivity. Not thread-safe.</summary>
/// <param name="visualTokens">X, row-major [N, D].</param>
/// <param name="projected">Z, row-major [N, H].</param>
/// <param name="sensitivity">S, [N], in closed form.</param>
/// <param name="projector">M.</param>
internal sealed class StudyImage(float[] visualTokens, float[] projected, float[] sensitivity, IProjector projector)
{
    private readonly Dictionary<double, float[]> _cosines = [];

    /// <summary>N.</summary>
    public int Count => Sensitivity.Length;

    /// <summary>The side of the square grid that the tokens lie on, row by row.</summary>
    public int Side { get; } = (int)Math.Sqrt(sensitivity.Length);

    /// <summary>X, row-major [N, D].</summary>
    public float[] VisualTokens { get; } = visualTokens;

    /// <summary>Z, row-major [N, H].</summary>
    public float[] Projected { get; } = projected;

    /// <summary>S, [N].</summary>
    public float[] Sensitivity { get; } = sensitivity;

    /// <summary>The choice of one of the library's own methods, in its order.</summary>
    public int[] Prune(PruningOptions options) =>
        new VisualTokenPruner(projector, options with { MaxThreads = 1 }).Prune(VisualTokens, Count).SelectionOrder.ToArray();

    /// <summary>The projected tokens at these places, in this order, [K, H].</summary>
    public float[] Gather(IReadOnlyList<int> places)
    {
        int width = Projected.Length / Count;
        float[] gathered = new float[places.Count * width];
        for (int k = 0; k < places.Count; k++)
        {
            Projected.AsSpan(places[k] * width, width).CopyTo(gathered.AsSpan(k * width));
        }

        return gathered;
    }

    /// <summary>(S / max S)^p, [N].</summary>
    public double[] Weights(double power)
    {
        double most = Sensitivity.Max();
        return [.. Sensitivity.Select(s => Math.Pow(s / most, power))];
    }

    /// <summary>The place of the largest S.</summary>
    public int MostSensitive => Greedy.IndexOfLargest(Weights(1));

    /// <summary>(1 - cos(Z_i, mean(Z)))^q, [N].</summary>
    public double[] Contrasts(double power)
    {
        int width = Projected.Length / Count;
        float[] mean = MeanToken();
        double[] contrasts = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            contrasts[i] = Math.Pow(1 - TensorPrimitives.CosineSimilarity(mean, Projected.AsSpan(i * width, width)), power);
        }

        return contrasts;
    }

    /// <summary>1 - cos(Z_i - b mean(Z), Z_j - b mean(Z)).</summary>
    public Func<int, int, double> Distances(double centering)
    {
        if (!_cosines.TryGetValue(centering, out float[]? cosines))
        {
            cosines = Cosines(centering);
            _cosines.Add(centering, cosines);
        }

        int count = Count;
        return (i, j) => 1 - cosines[(i * count) + j];
    }

    /// <summary>Squared distance on the grid, in cells.</summary>
    public int SquaredGridDistance(int i, int j)
    {
        int rows = (i / Side) - (j / Side);
        int columns = (i % Side) - (j % Side);
        return (rows * rows) + (columns * columns);
    }

    private float[] MeanToken()
    {
        int width = Projected.Length / Count;
        float[] mean = new float[width];
        for (int i = 0; i < Count; i++)
        {
            TensorPrimitives.Add(mean, Projected.AsSpan(i * width, width), mean);
        }

        TensorPrimitives.Divide(mean, Count, mean);
        return mean;
    }

    private float[] Cosines(double centering)
    {
        int width = Projected.Length / Count;
        float[] units = (float[])Projected.Clone();
        float[] offset = MeanToken();
        TensorPrimitives.Multiply(offset, (float)centering, offset);
        for (int i = 0; i < Count; i++)
        {
            Span<float> row = units.AsSpan(i * width, width);
            TensorPrimitives.Subtract(row, offset, row);
            float length = TensorPrimitives.Norm(row);
            TensorPrimitives.Multiply(row, length > 0 ? 1 / length : 0, row);
        }

        float[] cosines = new float[Count * Count];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                float cosine = TensorPrimitives.Dot(units.AsSpan(i * width, width), units.AsSpan(j * width, width));
                cosines[(i * Count) + j] = cosine;
                cosines[(j * Count) + i] = cosine;
            }
        }

        return cosines;
    }
}
