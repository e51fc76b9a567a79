using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>Data/golden_selection.json, written by golden_selection.py in float64.</summary>
internal sealed record GoldenCases(double Margin, NormalValue[] Normal, GoldenDirection[] Directions, GoldenCase[] Cases)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static GoldenCases All { get; } = Read();

    private static GoldenCases Read()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "golden_selection.json");
        return JsonSerializer.Deserialize<GoldenCases>(File.ReadAllText(path), Options)!;
    }
}

internal sealed record NormalValue(double X, double Area, double Slope);

internal sealed record GoldenDirection(int Seed, int Direction, float[] Values);

internal sealed record GoldenSelection(int[] Order, int[] Firm, int[] Tiles, int[] Kept);

internal sealed record GoldenCase(
    int Tokens,
    int InputWidth,
    int HiddenWidth,
    int OutputWidth,
    int Keep,
    int Seed,
    float Centering,
    float? Sharpness,
    int[] Tiles,
    int Directions,
    float StepSize,
    float[] ProjectedNorms,
    float[] ClosedForm,
    float[] Sampled,
    Dictionary<string, GoldenSelection> Selections)
{
    public float[] MakeTokens() => TestData.Tokens(Seed, Tokens, InputWidth);

    public MlpProjector MakeProjector(ITokenKernels kernels) => TestData.Projector(Seed, InputWidth, HiddenWidth, OutputWidth, kernels);

    public DirectionBank MakeDirections() => TestData.Directions(Seed, Directions, InputWidth);

    public PruningOptions MakeOptions(SelectionMethod selection, SensitivityMethod sensitivity) => new()
    {
        Keep = KeepBudget.Tokens(Keep),
        Selection = selection,
        Sensitivity = sensitivity,
        Centering = Centering,
        Sharpness = Sharpness,
        StepSize = StepSize,
    };
}
