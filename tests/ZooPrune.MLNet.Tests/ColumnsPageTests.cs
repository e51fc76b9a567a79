using System.Text.RegularExpressions;

namespace ZooPrune.MLNet.Tests;

/// <summary>The table of columns in docs/getting-started.md is what the stages read and add.</summary>
public sealed partial class ColumnsPageTests : IDisposable
{
    private readonly TinyChains _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void GettingStarted_Columns_AreThoseOfTheStages()
    {
        StageDefinition[] stages =
        [
            new PreprocessImagesStage(new(_test.Model)),
            new EncodeImagesStage(new(_test.Model)),
            new PruneVisualTokensStage(new(_test.Model) { Keep = KeepBudget.Tokens(1) }),
            new GenerateTextStage(new(_test.Model)),
            new AnswerQuestionsStage(new(_test.Model) { Keep = KeepBudget.Tokens(1) }),
        ];
        IReadOnlyList<Match> rows = Row().Matches(File.ReadAllText(Path.Combine(TestModel.Root, "docs", "getting-started.md")));

        // What tells of a picture's shape is there in some families alone; FamilyPipelineTests has those.
        Match[] usual = [.. rows.Where(row => !row.Groups[1].Value.StartsWith("image_", StringComparison.Ordinal))];
        for (int i = 0; i < stages.Length; i++)
        {
            string[] read = [.. stages[i].Inputs.Select(column => column.Name)];
            string[] added = [.. stages[i].Outputs.Select(column => column.Name)];
            Assert.Equal(read.Order(), Marked(usual, i, "in").Order());
            Assert.Equal(added.Order(), Marked(usual, i, "out").Order());
        }

        Assert.Equal([ColumnNames.ImageSizes, ColumnNames.ImageGrid], rows.Except(usual).Select(row => row.Groups[1].Value));
    }

    private static IEnumerable<string> Marked(IEnumerable<Match> rows, int stage, string mark) =>
        rows.Where(row => row.Groups[2].Captures[stage].Value.Split(',', StringSplitOptions.TrimEntries).Contains(mark))
            .Select(row => row.Groups[1].Value);

    [GeneratedRegex(@"^\| `(\w+)` \| [^|]+ \|(?:([^|\n]*)\|){5}$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
