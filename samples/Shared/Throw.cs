using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>Every message of the programs. Each says what is wrong, what was given, what is needed and what to do.</summary>
internal static partial class Throw
{
    /// <summary>Begins every message.</summary>
    public static string Program => Shell.Throw.Program;

    private const string QuestionFormat = """{"image": "0001.png", "question": "Is there a red circle?", "answer": "yes"}""";

    public static UsageException MissingQuestionFile(string path) =>
        new($"{Program}: the questions file '{path}' does not exist. Expected a text file with one JSON object a line; give another "
            + "with --questions.");

    public static UsageException UnreadableQuestionFile(string path, Exception cause) =>
        new($"{Program}: the questions file '{path}' cannot be read: {cause.Message} Expected a readable text file; check its "
            + "permissions or give another with --questions.", cause);

    public static UsageException NoQuestions(string path) =>
        new($"{Program}: the questions file '{path}' holds no question. Expected at least one line like {QuestionFormat}; add one or "
            + "give another file with --questions.");

    public static UsageException QuestionIsNoJson(string path, int line, Exception cause) =>
        new($"{Program}: line {line} of '{path}' is not JSON ({cause.Message.TrimEnd('.')}). Expected one object a line like "
            + $"{QuestionFormat}; correct that line.", cause);

    public static UsageException QuestionIsNoObject(string path, int line, JsonValueKind kind) =>
        new($"{Program}: line {line} of '{path}' is a JSON {Name(kind)}. Expected an object like {QuestionFormat}; correct that line.");

    public static UsageException QuestionLacksProperty(string path, int line, string property) =>
        new($"{Program}: line {line} of '{path}' has no \"{property}\". Expected an object like {QuestionFormat}; add it to that line.");

    public static UsageException QuestionPropertyIsNoText(string path, int line, string property, JsonValueKind kind) =>
        new($"{Program}: \"{property}\" in line {line} of '{path}' is a JSON {Name(kind)}. Expected a text, as in {QuestionFormat}; "
            + "put it in quotes.");

    public static UsageException MissingImageFolder(string path) =>
        new($"{Program}: the image folder '{path}' does not exist. Expected the folder that the questions' images lie in; give it with "
            + "--images.");

    public static UsageException MissingModelFolder(string path) =>
        new($"{Program}: the model folder '{path}' does not exist. Expected a folder with config.json and onnx/*.onnx; correct --model.");

    public static UsageException NoDefaultModel(string relativePath) =>
        new($"{Program}: there is no model folder '{relativePath}' here or above. Expected a folder with config.json and onnx/*.onnx; "
            + "start in the repository or give one with --model.");

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
