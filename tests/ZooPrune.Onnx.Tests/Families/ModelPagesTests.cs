using System.Globalization;
using System.Text.RegularExpressions;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests.Families;

/// <summary>docs/models.md and docs/adding-a-model.md say what the code does.</summary>
public sealed partial class ModelPagesTests
{
    private const int TileSize = 336;
    private const int TokensPerTile = 576;
    private const int PatchLength = 1176;
    private const int HubPixels = 12_845_056;
    private const int LowerPixels = 1_003_520;

    private static readonly (int Height, int Width)[] Grids = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)];

    private static readonly PreprocessorSettings Settings =
        new(null, null, (TileSize, TileSize), Resampling.Bicubic, 1f / 255, [0, 0, 0], [1, 1, 1]);

    [Fact]
    public void AddingAModel_Example_IsTheSmallestFamily()
    {
        string[] file = File.ReadAllText(Path.Combine(TestPaths.Root, "src", "ZooPrune.Onnx", "Models", "Families", "LlavaFamily.cs")).Split("\n\n", 2);
        Assert.Contains($"```csharp\n{file[1].TrimEnd()}\n```", Page("adding-a-model.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void AddingAModel_Lines_AreInModelFamilies()
    {
        string source = File.ReadAllText(Path.Combine(TestPaths.Root, "src", "ZooPrune.Onnx", "Models", "Families", "ModelFamilies.cs"));
        string lines = Page("adding-a-model.md").Split("```csharp\n")[2].Split("\n```")[0];
        Assert.All(lines.Split('\n'), line => Assert.Contains(line, source, StringComparison.Ordinal));
    }

    [Fact]
    public void AddingAModel_Members_AreThoseOfTheInterface() =>
        Assert.Equal(
            typeof(IModelFamily).GetMembers().Select(member => member.Name).Where(name => !name.StartsWith("get_", StringComparison.Ordinal)).Order(),
            MemberRow().Matches(Page("adding-a-model.md").Split("`IModelFamily` has")[1].Split("`LayOut` gets")[0]).Select(row => row.Groups[1].Value).Order());

    [Fact]
    public void Models_Folder_NamesEveryFamily()
    {
        string listed = Page("models.md").Split("`model_type` one of ")[1].Split(" |")[0];
        Assert.Equal(ModelFamilies.Names.Order(), listed.Split(", ").Order());
    }

    [Fact]
    public void Readme_Models_NameEveryFamily()
    {
        string table = File.ReadAllText(Path.Combine(TestPaths.Root, "README.md")).Split("## Models")[1].Split("\n## ")[0];
        Assert.All(ModelFamilies.Names, name => Assert.Matches($@"\n\| ([\w, ]+, )?{name}(, [\w, ]+)? \|", table));
    }

    [Fact]
    public void Models_TokenTable_IsWhatTheFamiliesGive()
    {
        IReadOnlyList<Match> rows = TokenRow().Matches(Page("models.md"));
        Assert.Equal(7, rows.Count);
        Assert.All(rows, row =>
        {
            int[] numbers = [.. row.Groups.Values.Skip(1).Where(group => group.Success).Select(group => int.Parse(group.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];
            (int width, int height) = (numbers[0], numbers[1]);

            ImageShape tiles = new TiledImagePreprocessor(Settings, Grids).Measure(width, height);
            ImageLayout next = new LlavaNextFamily(Grids, TileSize).LayOut(tiles, TokensPerTile);
            Assert.Equal<IEnumerable<int>>(numbers[2..5], [tiles.Shape[0], next.SequenceLength - next.NewlineCount, next.NewlineCount]);

            Assert.Equal(numbers[5], QwenTokens(width, height, HubPixels));
            Assert.Equal(numbers.Length > 6 ? numbers[6] : numbers[5], QwenTokens(width, height, LowerPixels));
        });
    }

    private static int QwenTokens(int width, int height, int maxPixels)
    {
        ImageShape patches = new PatchImagePreprocessor(Settings, new PatchGeometry(14, 2, 2, 3136, maxPixels)).Measure(width, height);
        Assert.Equal(PatchLength, patches.Shape[1]);
        return new Qwen2VLFamily(mergeSize: 2).LayOut(patches, 0).SequenceLength;
    }

    private static string Page(string name) => File.ReadAllText(Path.Combine(TestPaths.Root, "docs", name));

    /// <summary>width x height | LLaVA | interleave | tiles, tokens + newlines | Qwen, and with fewer pixels where that differs.</summary>
    [GeneratedRegex(@"^\| (\d+) x (\d+) \| 576 \| 729 \| (\d+), ([\d,]+) \+ (\d+) \| ([\d,]+)(?: \(([\d,]+)(?: with max_pixels 1,003,520)?\))? \|$", RegexOptions.Multiline)]
    private static partial Regex TokenRow();

    [GeneratedRegex(@"^\| `(\w+)", RegexOptions.Multiline)]
    private static partial Regex MemberRow();
}
