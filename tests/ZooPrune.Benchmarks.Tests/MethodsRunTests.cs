namespace ZooPrune.Benchmarks.Tests;

public sealed class MethodsRunTests
{
    [Fact]
    public void Measure_SmallShape_TimesEveryMethodBesideDivPrune()
    {
        QuickReport report = MethodsRun.Measure(ModelShape.Odd, rounds: 1, new StringWriter());

        IEnumerable<string> methods = Enum.GetNames<SelectionMethod>()
            .Where(name => name != nameof(SelectionMethod.ZooPruneTuned))
            .Select(name => name.ToLowerInvariant());
        Assert.Equal(
            methods.SelectMany(name => (string[])[$"{name}_37_over_divprune", $"{name}_111_over_divprune"]).Order(StringComparer.Ordinal), report.Ratios.Keys);
        Assert.Equal(1, report.Ratios["divprune_37_over_divprune"]);
        Assert.All(report.Milliseconds.Values, time => Assert.True(time > 0));
    }
}
