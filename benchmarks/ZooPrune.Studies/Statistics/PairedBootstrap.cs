namespace ZooPrune.Studies;

/// <summary>95 % intervals of a difference between two rules by resampling images, both rules on the same ones.</summary>
internal static class PairedBootstrap
{
    private const int Resamples = 4000;
    private const int Seed = 20_261_122;

    /// <summary>The difference in percentage points, and the 2.5 % and 97.5 % points of the resampled differences.</summary>
    /// <param name="gains">Of every image: questions answered by the first rule less those answered by the second.</param>
    /// <param name="questions">Of every image.</param>
    public static (double Difference, double Low, double High) Interval(int[] gains, int[] questions)
    {
        Random random = new(Seed);
        double[] differences = new double[Resamples];
        for (int sample = 0; sample < Resamples; sample++)
        {
            int gain = 0;
            int asked = 0;
            for (int draw = 0; draw < gains.Length; draw++)
            {
                int image = random.Next(gains.Length);
                gain += gains[image];
                asked += questions[image];
            }

            differences[sample] = 100.0 * gain / asked;
        }

        Array.Sort(differences);
        return (100.0 * gains.Sum() / questions.Sum(), differences[(int)(0.025 * Resamples)], differences[(int)(0.975 * Resamples) - 1]);
    }
}
