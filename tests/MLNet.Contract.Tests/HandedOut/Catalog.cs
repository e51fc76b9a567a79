namespace ZooPrune.Contract;

/// <summary>Names scenarios after their methods.</summary>
internal static class Catalog
{
    public static IReadOnlyList<(string Name, Func<string> Run)> Of(params Func<string>[] scenarios) =>
        [.. scenarios.Select(s => (s.Method.Name, s))];
}
