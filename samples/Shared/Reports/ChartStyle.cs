namespace ZooPrune.Samples;

/// <summary>
/// How a line is drawn. Colours are those of Okabe and Ito, which colour-blind people tell apart; marker and dashes say the same in grey.
/// </summary>
/// <param name="Color">Of line, marker and band.</param>
/// <param name="Dashes">SVG's stroke-dasharray; empty = a whole line.</param>
/// <param name="Width">Of the line, in pixels.</param>
/// <param name="Marker">An SVG path around the origin.</param>
/// <param name="IsFilled">False = the marker is an outline.</param>
internal sealed record ChartStyle(string Color, string Dashes, double Width, string Marker, bool IsFilled)
{
    private const string Circle = "M-4.5,0 A4.5,4.5 0 1 1 4.5,0 A4.5,4.5 0 1 1 -4.5,0 Z";
    private const string Ring = "M-7,0 A7,7 0 1 1 7,0 A7,7 0 1 1 -7,0 Z";
    private const string Square = "M-4.5,-4.5 H4.5 V4.5 H-4.5 Z";
    private const string Triangle = "M0,-5.5 L5.2,4 H-5.2 Z";
    private const string Diamond = "M0,-6 L6,0 L0,6 L-6,0 Z";
    private const string TriangleDown = "M0,5.5 L5.2,-4 H-5.2 Z";
    private const string Cross = "M-4.5,-4.5 L4.5,4.5 M-4.5,4.5 L4.5,-4.5";
    private const string Plus = "M0,-5.5 V5.5 M-5.5,0 H5.5";

    private static readonly Dictionary<string, ChartStyle> OfMethods = new(StringComparer.Ordinal)
    {
        ["zooprune"] = new("#0072B2", "", 3, Circle, IsFilled: true),
        ["zooprune-sampled"] = new("#56B4E9", "2 4", 2, Ring, IsFilled: false),
        ["zooprune-tuned"] = new("#000000", "", 2, Diamond, IsFilled: true),
        ["divprune"] = new("#D55E00", "10 4", 2, Square, IsFilled: true),
        ["sensitivity"] = new("#009E73", "14 4 3 4", 2, Triangle, IsFilled: true),
        ["norm"] = new("#CC79A7", "6 3", 2, TriangleDown, IsFilled: true),
        ["uniform"] = new("#666666", "8 3 2 3", 1.5, Plus, IsFilled: false),
        ["random"] = new("#8A8A8A", "3 3", 1.5, Cross, IsFilled: false),
    };

    // For methods that came later than this table, in turn: every colour, then every colour with the next marker and dashes.
    private static readonly string[] OtherColors = ["#E69F00", "#A05A8C", "#4D7C0F", "#8C564B", "#2F4B7C", "#B8860B"];
    private static readonly (string Marker, string Dashes)[] OtherMarkers =
        [(Square, "12 3"), (Diamond, "5 5"), (TriangleDown, "9 2 2 2"), (Triangle, "4 2"), (Circle, "16 4")];

    /// <summary>The styles of some methods; no two alike up to thirty that the table above does not know.</summary>
    public static IReadOnlyList<ChartStyle> Of(IEnumerable<string> methods)
    {
        int others = 0;
        return [.. methods.Select(method => OfMethods.GetValueOrDefault(method) ?? Other(others++))];
    }

    // Neighbours differ in colour and in marker.
    private static ChartStyle Other(int number)
    {
        (string marker, string dashes) = OtherMarkers[(number + (number / OtherColors.Length)) % OtherMarkers.Length];
        return new ChartStyle(OtherColors[number % OtherColors.Length], dashes, 2, marker, IsFilled: false);
    }
}
