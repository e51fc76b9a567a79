namespace ZooPrune;

/// <summary>The direction in which a small symmetric matrix is largest, in double precision. No random start.</summary>
internal static class PowerIteration
{
    private const int PowerSteps = 40;

    /// <summary>A unit vector near the eigenvector of the eigenvalue of largest size, by power iteration.</summary>
    public static double[] Leading(double[,] matrix)
    {
        int count = matrix.GetLength(0);
        int largest = 0;
        for (int i = 1; i < count; i++)
        {
            largest = Math.Abs(matrix[i, i]) > Math.Abs(matrix[largest, largest]) ? i : largest;
        }

        double[] u = new double[count];
        u[largest] = 1;
        double[] next = u;
        for (int step = 0; step < PowerSteps; step++)
        {
            u = next;
            next = Unit(Multiply(matrix, u));
        }

        // Eigenvalues of the same size and different signs turn u to and fro between two vectors, whose sum and difference are
        // the eigenvectors.
        double[] sum = Unit([.. u.Zip(next, (a, b) => a + b)]);
        double[] difference = Unit([.. u.Zip(next, (a, b) => a - b)]);
        return Size(sum) >= Size(difference) ? sum : difference;

        double Size(double[] vector) => Math.Abs(Dot(vector, Multiply(matrix, vector)));
    }

    /// <summary>matrix x vector.</summary>
    public static double[] Multiply(double[,] matrix, double[] vector)
    {
        double[] result = new double[vector.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < vector.Length; j++)
            {
                sum += matrix[i, j] * vector[j];
            }

            result[i] = sum;
        }

        return result;
    }

    private static double[] Unit(double[] vector)
    {
        double length = Math.Sqrt(Dot(vector, vector));
        return length > 0 ? [.. vector.Select(value => value / length)] : vector;
    }

    /// <summary>x . y.</summary>
    public static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
