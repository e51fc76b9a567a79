namespace ZooPrune.Studies;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Shown in the legend.</param>
/// <param name="Color">An SVG colour.</param>
/// <param name="Dashed">Whether the line is broken.</param>
/// <param name="Points">From left to right.</param>
internal sealed record ChartLine(string Name, string Color, bool Dashed, IReadOnlyList<(double X, double Y)> Points);
