namespace ZooPrune.Samples.Tests;

/// <summary>The held-out pictures and questions of shapes-vlm.</summary>
internal static class HeldOut
{
    public static string Folder { get; } = Path.Combine(TestModel.Folder, "heldout");

    public static string QuestionFile { get; } = Path.Combine(Folder, "questions.jsonl");

    /// <summary>The first questions.</summary>
    public static IReadOnlyList<Question> Questions(int count) => Samples.QuestionFile.Read(QuestionFile, count);

    public static byte[] Picture(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static ShapesVqa.ModelInput ToInput(this Question question) => new() { Image = Picture(question.Image), Question = question.Text };
}
