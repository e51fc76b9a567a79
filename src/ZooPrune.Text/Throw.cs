using static System.FormattableString;
using static ZooPrune.ErrorText;

namespace ZooPrune.Text;

/// <summary>
/// Every message of this assembly but those about JSON, each in four parts: what it is about, what was found, what is needed, what to do.
/// A fault is what is wrong in a chat template; <see cref="ChatTemplate"/> adds where it is.
/// </summary>
internal static class Throw
{
    private const string CorrectTemplate = "take the model's own chat template unchanged, or correct it";

    public static ZooPruneException TextGrows(long original, long length) => new(Invariant(
        $"Tokenizer: {original:N0} characters would become {length:N0} or more before they are tokens, or text. The parts of tokenizer.json must not make a text that much longer; take the model's own file."));

    public static ZooPruneException PatternTooSlow(string pattern, int length, TimeSpan limit) => new(Invariant(
        $"Tokenizer: the regular expression '{Shorten(pattern)}' takes more than {limit.TotalSeconds:0} seconds on a text of {length:N0} characters. It must be quicker; ask a shorter question or use another model's tokenizer.json."));

    public static ZooPruneException ChatTemplate(string name, int line, string text, TemplateFault fault) => new(
        Invariant($"Chat template '{name}', line {line:N0} ('{Shorten(text)}'): {Shorten(fault.Got, 300)}. {fault.Needed}."), fault);

    public static ZooPruneException ChatTemplateUnreadable(string path, Exception exception) => new(
        $"Chat template '{path}': it cannot be read ({FirstLine(exception)}). Expected the model's own file; check its permissions or copy it again.",
        exception);

    public static ZooPruneException ChatTemplateTooLong(string path, long length, int limit) => new(Invariant(
        $"Chat template '{path}': it is {length:N0} long. At most {limit:N0} characters are read; take the model's own template."));

    public static ZooPruneException ChatTemplateNotDefault(string path, IEnumerable<string> names) => new(
        $"File '{path}': 'chat_template' lists the templates {Quoted(names)}. One must be called 'default'; rename the one to use.");

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
        Invariant($"{what} is over the limit of {limit:N0}"),
        "A template of a model stays far below it; check where the template comes from, or shorten the messages");

    public static TemplateFault TemplateRaised(string message) => new(
        $"the template refuses the messages: {Shorten(message, 200)}",
        "It needs messages as it says; change them");
}
