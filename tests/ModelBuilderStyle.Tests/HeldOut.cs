namespace ZooPrune.Samples.Tests;

/// <summary>The held-out pictures and questions of shapes-vlm, and one of a phone.</summary>
internal static class HeldOut
{
    public static string Folder { get; } = Path.Combine(TestModel.Folder, "heldout");

    public static string QuestionFile { get; } = Path.Combine(Folder, "questions.jsonl");

    /// <summary>A red circle, stored top right and at the bottom left by its EXIF orientation, 6; 336 by 336 pixels.</summary>
    public static string TurnedPicture { get; } =
        Path.Combine(Repository.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "images", "field", "orientation6.jpg");

    /// <summary>An animated GIF.</summary>
    public static string Gif { get; } =
        Path.Combine(Repository.Root, "tests", "ZooPrune.Onnx.Tests", "Data", "images", "matrix", "gif_animated.gif");

    /// <summary>The first questions.</summary>
    public static IReadOnlyList<Question> Questions(int count) => Samples.QuestionFile.Read(QuestionFile, count);

    public static byte[] Picture(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static ShapesVqa.ModelInput ToInput(this Question question) =>
        new() { Image = Picture(question.Image), Question = question.Text };
}
