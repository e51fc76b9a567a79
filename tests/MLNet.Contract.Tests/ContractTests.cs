using System.Text.Json;

namespace ZooPrune.Contract;

/// <summary>
/// What ML.NET does when a third-party package talks to it, scenario by scenario, word for word. In Package mode this tests
/// the genuine packages, in Standin mode eng/MLNet.Standin.
/// </summary>
public class ContractTests
{
    private static readonly Dictionary<string, string> HandedOutTexts = Read("transcript.json");
    private static readonly Dictionary<string, string> OwnTexts = Read("own-transcript.json");

    private static readonly Dictionary<string, Func<string>> HandedOut = Index(
        DataInScenarios.All,
        DataOutScenarios.All,
        SchemaAndTypeScenarios.All,
        CursorScenarios.All,
        ChainScenarios.All,
        StageScenarios.All,
        ShapeScenarios.All,
        MapperAndEngineScenarios.All,
        ModelScenarios.All,
        CustomTypeScenarios.All,
        ImageScenarios.All,
        OnnxScenarios.All);

    private static readonly Dictionary<string, Func<string>> Own = Index(
        OwnChainScenarios.All,
        OwnCursorScenarios.All,
        OwnCustomMappingScenarios.All,
        OwnEngineScenarios.All,
        OwnLoadImagesScenarios.All,
        OwnLoadScenarios.All,
        OwnMLImageScenarios.All,
        OwnModelScenarios.All,
        OwnMapperScenarios.All,
        OwnOnnxArgumentScenarios.All,
        OwnOnnxShapeScenarios.All,
        OwnOnnxUseScenarios.All,
        OwnPixelScenarios.All,
        OwnReadScenarios.All,
        OwnSchemaScenarios.All,
        OwnSplittingScenarios.All,
        OwnTypeScenarios.All,
        OwnVBufferScenarios.All);

    public static TheoryData<string> HandedOutNames => [.. HandedOut.Keys];

    public static TheoryData<string> OwnNames => [.. Own.Keys];

    [Theory]
    [MemberData(nameof(HandedOutNames))]
    public void HandedOutScenario_Run_GivesTheTextOfTheTranscript(string name) => Assert.Equal(HandedOutTexts[name], HandedOut[name]());

    [Theory]
    [MemberData(nameof(OwnNames))]
    public void OwnScenario_Run_GivesTheTextOfTheTranscript(string name) => Assert.Equal(OwnTexts[name], Own[name]());

    [Fact]
    public void Transcript_EveryEntry_IsRunOrListedAsLeftOut()
    {
        Assert.Equal(79, HandedOutTexts.Count);
        Assert.Equal(HandedOutTexts.Keys.Order(), HandedOut.Keys.Concat(LeftOut.Reasons.Keys).Order());
        Assert.Equal(OwnTexts.Keys.Order(), Own.Keys.Order());
    }

    [Fact]
    public void LeftOut_EveryReason_IsInTheReadmeOfTheStandIn()
    {
        string readme = File.ReadAllText(Path.Combine(RepositoryRoot(), "eng", "MLNet.Standin", "README.md"));
        Assert.All(LeftOut.Reasons, reason => Assert.Contains($"| `{reason.Key}` | {reason.Value} |", readme));
    }

    private static string RepositoryRoot() => typeof(ContractTests).Assembly
        .GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), inherit: false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>().First(a => a.Key == "RepositoryRoot").Value!;

    private static Dictionary<string, string> Read(string file) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)))!;

    private static Dictionary<string, Func<string>> Index(params IEnumerable<(string Name, Func<string> Run)>[] sets) =>
        sets.SelectMany(s => s).ToDictionary(s => s.Name, s => s.Run);
}
