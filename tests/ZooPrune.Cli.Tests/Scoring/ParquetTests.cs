using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace ZooPrune.Cli.Tests;

/// <summary>Parquet in and out.</summary>
public class ParquetTests
{
    private static readonly string Hub = TestPaths.Data("parquet/hub.parquet");

    [Fact]
    public void Run_StructOfBytesAndPath_AnswersBothKinds()
    {
        using ScoringFolder folder = new();

        var run = Score(folder, Hub, "answers.jsonl", "--images", folder.PathOf("."));

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Columns that the output leaves out, because they are lists or bytes: 'tags'.\n", run.Output);
        JsonElement[] rows = [.. File.ReadLines(folder.PathOf("answers.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            """{"id": 1, "image": "first.png", "question": "what ?", "yes": true, "score": 1.5, "day": "2026-11-29", "small": 7, "price": "1.25", "part": 0.1, """,
            File.ReadLines(folder.PathOf("answers.jsonl")).First().Split("\"Answer\"")[0]);
        Assert.Equal("NaN", rows[1].GetProperty("score").GetString());
        Assert.Equal("what, \"größer\"?", rows[2].GetProperty("question").GetString());
        string[] errors = [.. rows.Select(row => row.GetProperty("Error").GetString()!)];
        Assert.Equal(["", ""], errors[..2]);
        Assert.Contains("gone.png': there is no such file", errors[2]);
        Assert.Equal("Row 4: 'image' is empty. Expected an image or its path; fill it in.", errors[3]);
        Assert.NotEqual("", errors[4]);
        Assert.Equal("Row 6: 'question' is empty. Expected a question; fill it in.", errors[5]);
        Assert.All(rows[..2], row => Assert.Equal((4, 2), (row.GetProperty("VisualTokens").GetInt32(), row.GetProperty("KeptTokens").GetInt32())));
    }

    [Fact]
    public void Run_PathsOrBytes_AnswersThem()
    {
        using ScoringFolder folder = new();

        Assert.Equal("", Score(folder, TestPaths.Data("parquet/paths.parquet"), "paths.csv", "--images", folder.PathOf(".")).Error);
        Assert.Equal("", Score(folder, TestPaths.Data("parquet/bytes.parquet"), "bytes.csv").Error);

        string[] paths = File.ReadAllLines(folder.PathOf("paths.csv"));
        Assert.Equal("id,image,question,yes,Answer,VisualTokens,KeptTokens,Note,Error", paths[0]);
        Assert.Matches("^2,1.png,where \\?,False,[^,]+,4,2,,$", paths[2]);
        string[] bytes = File.ReadAllLines(folder.PathOf("bytes.csv"));
        Assert.Equal("question,Answer,VisualTokens,KeptTokens,Note,Error", bytes[0]);
        Assert.Matches("^what \\?,[^,]+,4,2,,$", bytes[1]);
        Assert.Equal(4, bytes.Length);
    }

    [Fact]
    public void Run_ToParquet_KeepsTypesAndValues()
    {
        using ScoringFolder folder = new();
        Score(folder, Hub, "answers.jsonl", "--images", folder.PathOf("."));

        var run = Score(folder, Hub, "answers.parquet", "--images", folder.PathOf("."));

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        using var file = ParquetFile.Open(folder.PathOf("answers.parquet"));
        Assert.Equal(
            "id Int32, image String, question String, yes Boolean, score Double, day String, small Int32, price String, part Single, Answer String, "
                + "VisualTokens Int32, KeptTokens Int32, Note String, Error String",
            string.Join(", ", file.Schema.DataFields.Select(field => $"{field.Name} {ParquetFile.TypeOf(field)!.Name}")));
        object?[][] columns = [.. file.Schema.DataFields.Select(field => file.ReadColumn(0, field))];
        string[] lines = File.ReadAllLines(folder.PathOf("answers.jsonl"));
        JsonSerializerOptions options = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
        for (int row = 0; row < lines.Length; row++)
        {
            JsonElement[] expected = [.. JsonDocument.Parse(lines[row]).RootElement.EnumerateObject().Select(property => property.Value)];
            Assert.Equal(expected.Select(value => value.GetRawText()), columns.Select(column => JsonSerializer.SerializeToElement(column[row], options).GetRawText()), Same);
        }

        Assert.Equal(ExitCode.Failure, Score(folder, Hub, "answers.parquet", "--images", folder.PathOf("."), "--resume").ExitCode);
        Assert.False(File.Exists(folder.PathOf("answers.parquet.partial")));

        // The same text may be escaped in two ways.
        static bool Same(string a, string b) => JsonElement.DeepEquals(JsonDocument.Parse(a).RootElement, JsonDocument.Parse(b).RootElement);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("parquet")]
    public async Task Merge_ShardsOfRowGroups_GiveTheBytesOfOneRun(string format)
    {
        using ScoringFolder folder = new();
        string input = await WriteGroups(folder, "many.parquet", 100, 30);
        string output = folder.PathOf($"answers.{format}");
        Score(folder, input, output);

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal((ExitCode.Success, ""), Ends(Score(folder, input, folder.PathOf("parts"), "--shard", $"{i}/4", "--output-format", format)));
        }

        Assert.Equal((ExitCode.Success, ""), Ends(ToolRun.InProcess("merge", folder.PathOf("parts"), "--out", folder.PathOf("merged"))));
        Assert.Equal(File.ReadAllBytes(output), File.ReadAllBytes(folder.PathOf("merged")));
    }

    [Fact]
    public async Task Read_FromAnyRow_GivesTheRowsThatFollow()
    {
        using ScoringFolder folder = new();
        string path = await WriteGroups(folder, "many.parquet", 25, 7);
        ColumnNames names = new("image", "question");
        InputLayout layout = ParquetLayout.Read(path, names);
        Assert.Equal(25, layout.Rows);

        for (int first = 0; first <= 25; first++)
        {
            using ParquetRowReader reader = new(path, layout, names, new InputPosition(first, first + 1));
            List<string> questions = [];
            InputPosition end = new(first, first + 1);
            while (reader.Read() is { } row)
            {
                questions.Add(row.Question);
                end = row.End;
            }

            Assert.Equal(Enumerable.Range(first, 25 - first).Select(Question), questions);
            Assert.Equal(new InputPosition(25, 26), end);
        }
    }

    [Fact]
    public async Task Run_RetriedShardOfChangedRows_IsRefused()
    {
        using ScoringFolder folder = new();
        string input = await WriteGroups(folder, "many.parquet", 100, 30);
        Score(folder, input, folder.PathOf("parts"), "--shard", "0/4");
        byte[] file = File.ReadAllBytes(input);
        file[40] ^= 1;
        File.WriteAllBytes(input, file);

        Assert.Contains("belongs to another run: bytes of rows was", Score(folder, input, folder.PathOf("parts"), "--shard", "0/4").Error);
    }

    [Theory]
    [InlineData("--columns", "score,question", "the column 'score' of")]
    [InlineData("--columns", "image,id", "has no column 'id' among")]
    [InlineData("--columns", "picture,question", "has no column 'picture' among 'id', 'image', 'question',")]
    [InlineData("--input-format", "jsonl", "has no line that is a JSON object")]
    public void Run_WrongColumns_EndsWithTwo(string option, string value, string message)
    {
        using ScoringFolder folder = new();

        var run = Score(folder, Hub, "answers.csv", option, value);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    public void Run_BrokenFile_EndsWithTwo(int length)
    {
        using ScoringFolder folder = new();
        string input = folder.Write("broken.parquet", File.ReadAllBytes(Hub).AsSpan(0, length));

        var run = Score(folder, input, "answers.csv");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"zooprune score: the input '{input}' cannot be read as Parquet: ", run.Error);
    }

    private static (int, string) Ends(ToolRun run) => (run.ExitCode, run.Error);

    private static string Question(int row) => row % 2 == 0 ? $"what {row} ?" : $"where {row} ?";

    private static ToolRun Score(ScoringFolder folder, string input, string output, params string[] more)
    {
        string[] arguments = folder.ArgumentsTo(folder.PathOf(output), more);
        arguments[1] = input;
        return ToolRun.InProcess(arguments);
    }

    private static async Task<string> WriteGroups(ScoringFolder folder, string name, int rows, int group)
    {
        DataField<string> image = new("image");
        DataField<string> question = new("question");
        await using FileStream stream = File.Create(folder.PathOf(name));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, question), stream);
        foreach (int[] chunk in Enumerable.Range(0, rows).Chunk(group))
        {
            using ParquetRowGroupWriter groupWriter = writer.CreateRowGroup();
            await groupWriter.WriteAsync(image, (string[])[.. chunk.Select(row => $"{row % 8}.png")]);
            await groupWriter.WriteAsync(question, (string[])[.. chunk.Select(Question)]);
        }

        return folder.PathOf(name);
    }
}
