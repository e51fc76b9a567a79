using static ZooPrune.ErrorText;

namespace ZooPrune.Onnx;

/// <summary>Messages about prompts, visual tokens and answers.</summary>
internal static partial class Throw
{
    public static ArgumentException QuestionEmpty(string? question) => new(
        Text($"Question: it is {(question is null ? "null" : question.Length == 0 ? "empty" : "white space only")}. Expected a question "
            + $"in words; pass the text to ask."),
        nameof(question));

    public static ZooPruneException PromptPlaceholder(string template, string placeholder, int count) => Failed(
        $"Prompt template '{Shorten(template)}': {placeholder} is there {count} times. It must be there once; correct 'zooprune.prompt' in "
        + $"config.json.");

    public static ZooPruneException TextNotInPrompt(string name, string question, string found) => Failed(
        $"Chat template '{name}': what the question '{Shorten(question)}' became in the prompt cannot be told from what surrounds it "
        + $"({found}). The template must write the question's text once and nothing else that depends on it; put the question in other "
        + $"words.");

    public static ZooPruneException ImageTokenUnknown(int id) => Failed(
        $"Tokenizer: it has no token with the id {id:N0}, which config.json names as image_token_index. Expected the id of the image "
        + $"placeholder; take config.json and tokenizer.json from the same model.");

    public static ZooPruneException ImageTokenNotFound(string prompt, int id, int got, int needed) => Failed(
        $"Prompt '{Shorten(prompt)}': the image placeholder (id {id:N0}) is {got:N0} times among its tokens. Expected {needed:N0}, once "
        + $"for each image; check that tokenizer.json lists it in added_tokens.");

    public static ArgumentException ImageNotForFamily(string family, ImageShape image, string needed) => new(
        Text($"PreparedImage: its shape is "
            + $"[{Join(image.Shape)}]{(image.GridThw is null ? "" : $" with the grid [{Join(image.GridThw)}]")} for a picture of "
            + $"{image.OriginalWidth} x {image.OriginalHeight}. A {family} model needs {needed}; make it with Prepare of the same model."),
        nameof(image));

    public static ArgumentException ImageMeasures(IReadOnlyList<long> measures) => new(
        Text($"Image: its measures are [{Join(measures)}]. Expected those of an image that Prepare of the same model gave; take them "
            + $"from there."),
        nameof(measures));

    public static ZooPruneException EncoderTokens(string graph, string given, IEnumerable<long> shape, int rows, int width) => Failed(
        $"Graph '{graph}': for {given} it gave [{Join(shape)}]. Expected {(rows > 0 ? $"{rows:N0} visual tokens" : "visual tokens")} of "
        + $"width {width:N0}; export it again, or take it from the same model as the other files.");

    public static ZooPruneException TileNotSquare(int tokens) => Failed(
        $"Vision encoder: it gives {tokens:N0} visual tokens a tile. A llava_next model needs a square number of them; take a graph that "
        + $"leaves the class token out (vision_feature_select_strategy default).");

    public static ArgumentException LayoutMismatch(int got, int needed) => new(
        Text($"Visual tokens: there are {got:N0}. The layout is that of an image with {needed:N0}; take the layout of the same image."),
        "visualTokens");

    public static InvalidOperationException LayoutNeeded() => new(
        "Visual tokens: how many an image has depends on the picture in this model. Its layout is needed; pass LayoutOf(image).");

    public static ArgumentException TooManyImages(int count, int limit) => new(
        Text($"Images: there are {count:N0}. At most {limit:N0} fit one prompt; ask about fewer."),
        "images");

    public static ZooPruneException PositionsFixed(string graph) => Failed(
        $"Graph '{graph}': it has no input position_ids, so that kept tokens can only be numbered without gaps. "
        + $"PositionMode.KeepOriginal needs that input; use PositionMode.Compact or export the decoder with position_ids.");

    public static ZooPruneException NewlineEmbeddingMissing(string folder, IReadOnlyList<string> names) => Failed(
        $"Model folder '{folder}': the embedding {names[0]} is in none of its files. It is read from model.safetensors, or the file that "
        + $"model.safetensors.index.json names for it; copy them from the original model's folder (only this one tensor is read).");

    public static ZooPruneException NewlineEmbeddingWidth(string name, int got, int needed) => Failed(
        $"Weights '{name}': it has {got:N0} values. It must be as wide as an embedding, {needed:N0}; take model.safetensors and the "
        + $"graphs from one model.");

    public static InvalidOperationException QuestionBeforeImage() => new(
        "CachePrefix: the model's prompt has the question before the image. Reading an image ahead needs the image first; call Answer "
        + "with the pruned image instead.");

    public static ArgumentException PrefixCacheForeign(int got, int needed) => new(
        Text($"PrefixCache: it starts with {got:N0} text tokens that are not the {needed:N0} of this model's prompt. Expected one that "
            + $"CachePrefix of the same model gave; read the image again."),
        "image");

    public static ZooPruneException PromptTooLong(long length, int limit, string remedy) => Failed(
        $"Prompt: with the image it takes {length:N0} positions. The model has {limit:N0} (max_position_embeddings); {remedy}.");

    public static ArgumentOutOfRangeException GenerationOutOfRange(string option, object value, string needed) => new(
        option,
        Text($"GenerationOptions.{option}: it is {value}. It must be {needed}; leave it out for the default."));

    public static ArgumentException TurnRole(string role) => new(
        Text($"ChatTurn: its role is '{Shorten(role)}'. Expected system, user or assistant; use the constants of ChatTurn."),
        nameof(role));

    public static ArgumentException TurnEmpty(string role) => new(
        Text($"ChatTurn: the text of the {role}'s turn is empty. Expected words; leave the turn out."),
        "text");

    public static ArgumentException TurnImages(string role, int count) => new(
        Text($"ChatTurn: the {role}'s turn has {count:N0} images. Only a user's turn may have some; put them into the turn that asks "
            + $"about them."),
        "images");

    public static ArgumentException ConversationOrder(int place, string role, string needed) => new(
        Text($"Conversation: turn {place + 1:N0} is the {role}'s. Expected {needed}: a system turn at most, then user and assistant in "
            + $"turn, the last one the user's."),
        "conversation");

    public static ArgumentException ConversationEmpty() => new(
        "Conversation: it has no turn. Expected one at least; pass new ChatTurn(\"user\", question).",
        "conversation");

    public static ZooPruneException PrunedImageForeign() => Failed(
        $"PrunedImage.Load: the stream does not start with an image that this version saved. Expected what PrunedImage.Save wrote; prune "
        + $"the image again and save it.");

    public static ZooPruneException PrunedImageDamaged(string found) => Failed(
        $"PrunedImage.Load: the image is damaged: {found}. Expected it as PrunedImage.Save wrote it; prune the image again and save it.");

    public static ArgumentException PrunedImageOfAnother() => new(
        "PrunedImage: it was made by another model, or by the same one in another precision. Its tokens mean nothing to this one; prune "
        + "the image with this model.",
        "images");

    public static ArgumentException KeptTokenWidth(int got, int width) => new(
        Text($"PrunedImage: its tokens have {got:N0} values each. This model's embeddings have {width:N0}; pass K x {width:N0} values, or "
            + $"prune the image with this model."),
        "images");

    public static ArgumentException ImageShape(IEnumerable<int> shape, int size) => new(
        Text($"PreparedImage: its shape is [{Join(shape)}]. Expected [3, {size}, {size}] or [1, 3, {size}, {size}]; make it with Prepare "
            + $"of the same model."),
        "image");

    public static ArgumentException VisualTokenLength(int got, int width) => new(
        Text($"Visual tokens: there are {got:N0} values, "
            + $"{(got == 0 ? "which is no token" : $"not a multiple of the encoder width {width:N0}")}. Expected N x {width:N0}; check "
            + $"that the encoder output is taken before pooling."),
        "visualTokens");

    public static ZooPruneException EncoderNotFinite(string graph, int token, int element, float value) => Failed(
        $"Graph '{graph}': visual token {token:N0} has the value {value} at element {element:N0}. All values must be finite; check the "
        + $"image's pixel values and the encoder's weights (half precision overflows at 65,504).");

    public static ArgumentException KeptTokenLength(int got, int count) => new(
        Text($"Kept tokens: there are {got:N0} values for {count:N0} kept indices. Expected at least one index and K x H values; pass "
            + $"TokenSelection.KeptTokens with its KeptIndices."),
        "keptTokens");

    public static ArgumentException KeptIndexWrong(int place, int index, int previous, int count) => new(
        Text($"Kept indices: number {place:N0} is {index:N0} after {previous:N0}, of {count:N0} visual tokens. They must ascend from 0 "
            + $"to {count - 1:N0}; pass TokenSelection.KeptIndices and the number of tokens before pruning."),
        "keptIndices");

    public static ArgumentException KeptIndexPadding(int index) => new(
        Text($"Kept indices: {index:N0} is a token of padding in this image's layout. Only tokens that show the picture can be kept; "
            + $"pass TokenSelection.KeptIndices and the layout of the same image."),
        "keptIndices");

    public static ZooPruneException LogitsNotFinite(int id) => Failed(
        $"Language model: the logit of token {id:N0} is NaN. All logits must be numbers; check that the kept tokens are finite and the "
        + $"decoder's weights.");
}
