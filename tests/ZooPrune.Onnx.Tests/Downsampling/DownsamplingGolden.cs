using System.Text.Json;

namespace ZooPrune.Onnx.Tests;

/// <summary>What PyTorch makes of a picture in fewer pixels, from Data/downsampling.json.</summary>
/// <param name="Grid">g.</param>
/// <param name="Positions">Of the position table [g x g, D].</param>
/// <param name="Pixels">Of the pixel values [3, S, S].</param>
/// <param name="Tokens">Of the projected visual tokens [g x g, H].</param>
internal sealed record DownsamplingGolden(int Grid, GoldenSamples Positions, GoldenSamples Pixels, GoldenSamples Tokens)
{
    public static string ImagePath { get; } = Path.Combine(TestPaths.HeldOut, Root().GetProperty("image").GetString()!);

    public static IReadOnlyList<DownsamplingGolden> All { get; } =
    [
        .. Root().GetProperty("cases").EnumerateArray().Select(golden => new DownsamplingGolden(
            golden.GetProperty("grid").GetInt32(), Samples(golden, "positions"), Samples(golden, "pixels"), Samples(golden, "tokens"))),
    ];

    private static JsonElement Root()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("downsampling.json")));
        return document.RootElement.Clone();
    }

    private static GoldenSamples Samples(JsonElement golden, string name)
    {
        JsonElement samples = golden.GetProperty(name);
        return new GoldenSamples(
            samples.GetProperty("step").GetInt32(), [.. samples.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())]);
    }
}

/// <summary>Every so manyth value of a tensor, from the first.</summary>
internal sealed record GoldenSamples(int Step, float[] Values)
{
    public void CheckNear(ReadOnlySpan<float> tensor, double tolerance)
    {
        float[] got = new float[(tensor.Length + Step - 1) / Step];
        for (int i = 0; i < got.Length; i++)
        {
            got[i] = tensor[i * Step];
        }

        Near.Equal(Values, got, tolerance);
    }
}
