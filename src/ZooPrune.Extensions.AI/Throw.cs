using System.Globalization;

namespace ZooPrune.Extensions.AI;

/// <summary>
/// Every message of this assembly, each in four parts: what it is about, what was found, what is needed, what to do. The
/// methods return the exception, so that the compiler sees the <c>throw</c> where it happens.
/// </summary>
internal static class Throw
{
    public static ArgumentException OptionOutOfRange(string option, object value, string needed) => Wrong(
        option, $"VisionLanguageChatOptions.{option}: it is {value}. It must be {needed}; leave it out for the default.");

    public static ArgumentException KeepNotSet() => Wrong(
        nameof(VisionLanguageChatOptions.Pruning),
        $"VisionLanguageChatOptions.Pruning: its Keep is not set. It must be a count such as 64 or a percentage such as 11%;",
        $"set it, or leave Pruning out to keep all visual tokens.");

    public static NotSupportedException Refused(string option, string got, string needed) => new(Text(
        $"ChatOptions.{option}: it is {Shorten(got)}. {needed}"));

    public static ArgumentException Model(string got, string model) => Wrong(
        "ModelId",
        $"ChatOptions.ModelId: it is '{Shorten(got)}'. This client has the model '{Shorten(model)}' alone; leave ModelId out,",
        $"or ask the client that has the other.");

    public static ArgumentException UnknownKey(string key) => Wrong(
        "AdditionalProperties",
        $"ChatOptions.AdditionalProperties: '{Shorten(key)}' is no key of ZooPrune. Expected {ZooPruneKeys.Keep},",
        $"{ZooPruneKeys.Method} or {ZooPruneKeys.RepetitionPenalty}; correct or remove it.");

    public static ArgumentException WrongValue(string key, object got, string needed, Exception? inner = null) => new(
        Text(
            $"ChatOptions.AdditionalProperties: '{key}' is '{Shorten(Convert.ToString(got, CultureInfo.InvariantCulture) ?? "")}'.",
            $"Expected {needed}; correct it or leave it out."),
        "AdditionalProperties",
        inner);

    public static ArgumentException MethodWithoutKeep() => Wrong(
        "AdditionalProperties",
        $"ChatOptions.AdditionalProperties: {ZooPruneKeys.Method} is there without a budget.",
        $"Tokens are chosen only where some are dropped; add {ZooPruneKeys.Keep}, or give the client's options a Pruning.");

    public static ArgumentException NoMessages() => Wrong(
        "messages", $"Messages: there is none with text or an image. Expected one of the user's at least; pass the question.");

    public static NotSupportedException Role(string role) => new(Text(
        $"ChatMessage: its role is '{Shorten(role)}'. Expected system, user or assistant; the model takes no other,",
        $"leave the message out."));

    public static NotSupportedException Content(string role, Type type) => new(Text(
        $"ChatMessage: the {Shorten(role)}'s message has a {type.Name}. Expected TextContent, DataContent or UriContent; leave it out."));

    public static NotSupportedException ToolContent(string role, Type type) => new(Text(
        $"ChatMessage: the {Shorten(role)}'s message has a {type.Name}. Tools are not supported: the model is given none;",
        $"leave out the messages about calls."));

    public static NotSupportedException MediaType(string mediaType) => new(Text(
        $"ChatMessage: it has content of the media type '{Shorten(mediaType)}'. Expected image/png, image/jpeg, image/webp,",
        $"image/gif or image/bmp; leave it out or convert it."));

    public static ArgumentException ImagesOf(string role, int count) => Wrong(
        "messages",
        $"ChatMessage: the {role}'s message has {count:N0} images. Only a user's may have some;",
        $"put them into the message that asks about them.");

    public static ArgumentException TooManyImages(int count, int limit) => Wrong(
        "messages",
        $"Messages: they have {count:N0} images. At most {limit:N0} are allowed; leave out older ones,",
        $"or raise VisionLanguageChatOptions.MaxImages.");

    public static ArgumentException ImageTooLong(string name, long length, long limit) => Wrong(
        "messages",
        $"Image '{Shorten(name)}': it has {length:N0} bytes. At most {limit:N0} are allowed; make it smaller,",
        $"or raise VisionLanguageChatOptions.MaxImageBytes.");

    public static ArgumentException ImageEmpty(string name) => Wrong(
        "messages", $"Image '{Shorten(name)}': it has no bytes. Expected a whole image file; check where it comes from.");

    public static ArgumentException ImageWithoutText() => Wrong(
        "messages", $"Messages: the user's message has an image and no text. The model needs a question in words; add one to the message.");

    public static NotSupportedException Scheme(string scheme) => new(Text(
        $"UriContent: its scheme is '{Shorten(scheme)}'. Expected data, file or https; pass the bytes as DataContent."));

    public static NotSupportedException NoFetcher(Uri address) => new(Text(
        $"UriContent: '{Shorten(address.OriginalString)}' is on the network.",
        $"Nothing is fetched unless VisionLanguageChatOptions.FetchImage says how; set it, or pass the bytes as DataContent."));

    public static NotSupportedException FilesNotAllowed() => new(Text(
        $"UriContent: it is a file. Files are not allowed here (VisionLanguageChatOptions.AllowFiles is false);",
        $"pass the bytes as DataContent."));

    public static NotSupportedException FileElsewhere(Uri address) => new(Text(
        $"UriContent: '{Shorten(address.OriginalString)}' is a file of another machine. Expected one of this machine,",
        $"file:///path; pass the bytes as DataContent."));

    public static ArgumentException DataUri(Exception inner) => new(
        "UriContent: its data URI cannot be read. Expected data:image/png;base64,... with whole base64; check how it was written.",
        "messages",
        inner);

    public static ArgumentException NoModelFolder(string where) => Wrong(
        "Folder", $"{where}: no model folder is set. Expected the path of a folder with config.json and onnx/; set Folder.");

    public static ArgumentException ModelFolderMissing(string folder) => Wrong(
        "Folder",
        $"Model folder '{Shorten(folder)}': it is missing, or has no config.json. Expected a folder of the Hugging Face hub;",
        $"correct the path.");

    public static ArgumentException Configuration(string section, Exception inner) => new(
        Text(
            $"Configuration '{section}': {inner.Message.TrimEnd('.')}.",
            $"Expected the properties of ZooPruneModelSettings and VisionLanguageChatOptions; correct the value or the name."),
        inner);

    public static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}...";

    private static ArgumentException Wrong(string parameter, params FormattableString[] message) => new(Text(message), parameter);

    /// <summary>The parts of a message, in every culture the same, with a blank between them.</summary>
    private static string Text(params FormattableString[] message) => string.Join(' ', message.Select(FormattableString.Invariant));
}
