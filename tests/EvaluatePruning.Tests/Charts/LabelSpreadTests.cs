namespace ZooPrune.Samples.Tests;

public class LabelSpreadTests
{
    [Fact]
    public void Of_FarApart_LeavesThemAlone() => Assert.Equal([50.0, 10, 90], LabelSpread.Of([50, 10, 90], 20, 0, 100));

    [Fact]
    public void Of_TwoAtTheSamePlace_MovesBothHalfway() => Assert.Equal([40.0, 60], LabelSpread.Of([50, 50], 20, 0, 100));

    [Fact]
    public void Of_AtTheEdge_StaysInside() => Assert.Equal([0.0, 20, 100], LabelSpread.Of([1, 2, 200], 20, 0, 100));

    [Fact]
    public void Of_ManyCases_KeepsDistanceAndOrderAndRange()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        for (int trial = 0; trial < 1000; trial++)
        {
            double[] wishes = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.NextDouble() * 400)];
            IReadOnlyList<double> places = LabelSpread.Of(wishes, 19, 0, 400);

            (double Wish, double Place)[] sorted = [.. wishes.Zip(places).OrderBy(pair => pair.Second)];
            Assert.All(sorted.Zip(sorted.Skip(1)), pair =>
            {
                Assert.True(pair.Second.Place - pair.First.Place > 19 - 1e-9, $"trial {trial}");
                Assert.True(pair.First.Wish <= pair.Second.Wish, $"trial {trial}");
            });
            Assert.True(sorted[0].Place > -1e-9 && sorted[^1].Place < 400 + 1e-9, $"trial {trial}");
        }
    }
}
