namespace ZooPrune.Samples.Tests;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Root = Directory.CreateTempSubdirectory("zooprune-").FullName;

    public string Root { get; }

    public string PathOf(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    /// <summary>Writes questions.jsonl, one line a question, each expecting "yes".</summary>
    public string WriteQuestions(params (string Image, string Text)[] questions) => Write(
        "questions.jsonl",
        string.Concat(questions.Select(question => $$"""{"image": "{{question.Image}}", "question": "{{question.Text}}", "answer": "yes"}""" + "\n")));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
