namespace ZooPrune.Onnx;

/// <summary>Messages about chat templates. A fault is what is wrong; <see cref="ChatTemplate"/> adds where it is.</summary>
internal static partial class Throw
{
    private const string CorrectTemplate = "take the model's own chat template unchanged, or correct it";

    public static ZooPruneException ChatTemplate(string name, int line, string text, TemplateFault fault) => Failed(
        $"Chat template '{name}', line {line:N0} ('{Shorten(text)}'): {fault.Got}. {fault.Needed}.",
        fault);

    public static ZooPruneException ChatTemplateUnreadable(string path, Exception exception) => Failed(
        $"Chat template '{path}': it cannot be read ({FirstLine(exception)}). Expected the model's own file; check its permissions or copy it again.",
        exception);

    public static ZooPruneException ChatTemplateTooLong(string path, long length, int limit) => Failed(
        $"Chat template '{path}': it is {length:N0} long. At most {limit:N0} characters are read; take the model's own template.");

    public static ZooPruneException ChatTemplateNotDefault(string path, IEnumerable<string> names) => Failed(
        $"File '{path}': 'chat_template' lists the templates {Quoted(names)}. One must be called 'default'; rename the one to use.");

    public static ZooPruneException QuestionNotInPrompt(string name, string question, string found) => Failed(
        $"Chat template '{name}': what the question '{Shorten(question)}' became in the prompt cannot be told from what surrounds it ({found}). The template must write the question's text once and nothing else that depends on it; put the question in other words.");

    public static TemplateFault TemplateUnsupported(string what) => new(
        $"{what} is not supported",
        "Supported is what docs/chat-templates.md lists; simplify the template, or report this with the model's name");

    public static TemplateFault TemplateSyntax(string got, string needed) => new(got, $"Expected {needed}; {CorrectTemplate}");

    public static TemplateFault TemplateType(string got, string needed) => new(got, $"It needs {needed}; check the messages, or {CorrectTemplate}");

    public static TemplateFault TemplateUndefined(string name) => new(
        $"{name} is undefined",
        $"It must have a value to be used like this; check the messages, or {CorrectTemplate}");

    public static TemplateFault TemplateArguments(string function, string got, string needed) => new(
        $"{function} is called with {got}",
        $"It takes {needed}; {CorrectTemplate}");

    public static TemplateFault TemplateLimit(string what, long limit) => new(
        Text($"{what} is over the limit of {limit:N0}"),
        "A template of a model stays far below it; check where the template comes from, or shorten the messages");

    public static TemplateFault TemplateRaised(string message) => new(
        $"the template refuses the messages: {message}",
        "It needs messages as it says; change them");
}
