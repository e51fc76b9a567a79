namespace ZooPrune.Tests;

public sealed class MeanRowTests
{
    [Fact]
    public void Compute_AnyWidthAndThreads_IsTheScaledMean()
    {
        foreach (int width in (int[])[1, 2, 7, 8, 9, 31, 255, 256, 257, 700])
        {
            const int Count = 5;
            float[] rows = TestData.Uniform(1, Count * width);
            foreach (int threads in (int[])[1, 8])
            {
                Poisoned mean = new(width);
                MeanRow.Compute(rows, 0.75, mean.Span, threads);
                mean.AssertUntouchedOutside();
                for (int k = 0; k < width; k++)
                {
                    double sum = 0;
                    for (int i = 0; i < Count; i++)
                    {
                        sum += rows[(i * width) + k];
                    }

                    Assert.Equal((float)(0.75 * (sum / Count)), mean.Span[k]);
                }
            }
        }
    }
}
