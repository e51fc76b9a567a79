using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>One case of Data/golden_projectors.json: Z and S by automatic differentiation in float64.</summary>
public sealed record GoldenProjector(
    string Norm,
    GeluKind Gelu,
    int Patches,
    int PatchWidth,
    int HiddenWidth,
    int OutputWidth,
    float Epsilon,
    int Seed,
    int Tokens,
    float[] Projected,
    float[] Sensitivity)
{
    private static readonly JsonSerializerOptions Options =
        new() { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    internal static GoldenProjector[] All { get; } = JsonSerializer.Deserialize<GoldenProjector[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "golden_projectors.json")), Options)!;

    internal int InputWidth => Patches * PatchWidth;

    internal float[] MakeTokens() => TestData.Uniform(Seed + 8, Tokens * InputWidth, 2);

    internal MlpProjector MakeMlp(ITokenKernels kernels) => new(
        TestData.Uniform(Seed + 2, HiddenWidth * InputWidth, 0.5f),
        TestData.Uniform(Seed + 3, HiddenWidth, 0.5f),
        TestData.Uniform(Seed + 4, OutputWidth * HiddenWidth, 0.5f),
        TestData.Uniform(Seed + 5, OutputWidth, 0.125f),
        InputWidth,
        HiddenWidth,
        OutputWidth,
        kernels,
        Gelu);

    internal IClosedFormProjector MakeProjector(ITokenKernels kernels)
    {
        float[] weight = [.. TestData.Uniform(Seed + 6, PatchWidth, 0.5f).Select(value => 1 + value)];
        return Norm switch
        {
            "RootMeanSquare" => new NormMlpProjector(PatchNorm.RootMeanSquare(weight, Epsilon), MakeMlp(kernels)),
            "Layer" => new NormMlpProjector(
                PatchNorm.Layer(weight, TestData.Uniform(Seed + 7, PatchWidth, 0.25f), Epsilon), MakeMlp(kernels)),
            _ => MakeMlp(kernels),
        };
    }
}
