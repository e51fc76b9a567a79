using System.Globalization;
using System.Text;

namespace ZooPrune.Studies;

/// <summary>A small line chart with a logarithmic x axis, as SVG.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="XTitle">What the x axis holds.</param>
/// <param name="Lines">The lines; every x of the first one gets a tick.</param>
/// <param name="Low">The least y shown.</param>
/// <param name="High">The largest y shown.</param>
/// <param name="Step">The distance between two y ticks.</param>
internal sealed record LineChart(string Title, string XTitle, IReadOnlyList<ChartLine> Lines, double Low, double High, double Step)
{
    private const int Width = 680;
    private const int Height = 360;
    private const int Left = 56;
    private const int Right = 216;
    private const int Top = 36;
    private const int Bottom = 48;

    /// <summary>The drawing.</summary>
    public string ToSvg()
    {
        StringBuilder svg = new();
        svg.AppendLine(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">"));
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        svg.AppendLine(Invariant($"<text x=\"{Left}\" y=\"20\" font-weight=\"bold\">{Title}</text>"));
        for (double y = Low; y <= High + (Step / 2); y += Step)
        {
            svg.AppendLine(Invariant($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):0.0}\" y2=\"{Y(y):0.0}\" stroke=\"#ddd\"/>"));
            svg.AppendLine(Invariant($"<text x=\"{Left - 6}\" y=\"{Y(y) + 4:0.0}\" text-anchor=\"end\">{y:0.##}</text>"));
        }

        foreach ((double x, _) in Lines[0].Points)
        {
            svg.AppendLine(Invariant($"<text x=\"{X(x):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{x:0.####}</text>"));
        }

        svg.AppendLine(Invariant($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{XTitle}</text>"));
        for (int line = 0; line < Lines.Count; line++)
        {
            AppendLine(svg, Lines[line], Top + 12 + (18 * line));
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private void AppendLine(StringBuilder svg, ChartLine line, int legend)
    {
        string dash = line.Dashed ? " stroke-dasharray=\"5 4\"" : "";
        string points = string.Join(' ', line.Points.Select(point => Invariant($"{X(point.X):0.0},{Y(point.Y):0.0}")));
        svg.AppendLine(Invariant($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{line.Color}\" stroke-width=\"2\"{dash}/>"));
        int start = Width - Right + 12;
        svg.AppendLine(Invariant($"<line x1=\"{start}\" x2=\"{start + 24}\" y1=\"{legend}\" y2=\"{legend}\" stroke=\"{line.Color}\" stroke-width=\"2\"{dash}/>"));
        svg.AppendLine(Invariant($"<text x=\"{start + 30}\" y=\"{legend + 4}\">{line.Name}</text>"));
    }

    private double X(double value)
    {
        double low = Math.Log(Lines[0].Points.Min(point => point.X));
        double high = Math.Log(Lines[0].Points.Max(point => point.X));
        return Left + 12 + ((Math.Log(value) - low) / (high - low) * (Width - Right - Left - 24));
    }

    private double Y(double value) =>
        Height - Bottom - ((Math.Clamp(value, Low, High) - Low) / (High - Low) * (Height - Bottom - Top));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
