using System.Text.Json;

namespace ZooPrune.Samples.Tests;

public class JsonReportTests
{
    [Fact]
    public void Write_TwoResults_HasTheFixedNames()
    {
        GivenAnswer full = new("yes", null, [], 4, 4, [0, 1, 2, 3], new StageMilliseconds(1, 2, 3, 4, 5));
        GivenAnswer pruned = full with { Text = "no", Kept = 2, KeptIndices = [1, 3] };
        QuestionResult[] results =
        [
            new(new Question(1, "a.png", "Is it \"red\"?", "yes", "existence"), full, pruned),
            new(new Question(2, "b.png", "?"), Answers.Failed("bad"), Answers.Failed("bad")),
        ];
        RunSettings settings = new("model", "images", "questions.jsonl", "zooprune", "50%", "EncodeImages", "auto", ["a note"]);

        string json = JsonReport.Write(settings, results, Summary.Of(results, r => r.Full), Summary.Of(results, r => r.Pruned));
        JsonElement root = JsonDocument.Parse(json).RootElement;

        JsonElement first = root.GetProperty("answers")[0];
        Assert.Equal("a.png", first.GetProperty("image").GetString());
        Assert.Equal("Is it \"red\"?", first.GetProperty("question").GetString());
        Assert.Equal("no", first.GetProperty("answer").GetString());
        Assert.Equal("yes", first.GetProperty("answerFull").GetString());
        Assert.Equal("yes", first.GetProperty("expected").GetString());
        Assert.Equal(2, first.GetProperty("kept").GetInt32());
        Assert.Equal(4, first.GetProperty("total").GetInt32());
        Assert.Equal(
            """{"preprocess":1,"encode":2,"prune":3,"prefill":4,"decode":5,"total":15}""",
            JsonSerializer.Serialize(first.GetProperty("milliseconds")));
        Assert.False(first.TryGetProperty("error", out _));

        JsonElement second = root.GetProperty("answers")[1];
        Assert.Equal("bad", second.GetProperty("error").GetString());
        Assert.Equal("error: bad", second.GetProperty("answer").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("expected").ValueKind);

        Assert.Equal(1, root.GetProperty("accuracy").GetProperty("full").GetDouble());
        Assert.Equal(0, root.GetProperty("accuracy").GetProperty("pruned").GetDouble());
        Assert.Equal(4, root.GetProperty("meanMilliseconds").GetProperty("full").GetProperty("prefill").GetDouble());
        Assert.Equal(1, root.GetProperty("errors").GetInt32());
        Assert.Equal("50%", root.GetProperty("keep").GetString());
        Assert.Equal("zooprune", root.GetProperty("method").GetString());
    }
}
