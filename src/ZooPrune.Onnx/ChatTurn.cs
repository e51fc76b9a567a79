namespace ZooPrune.Onnx;

/// <summary>What someone says in a conversation: a text and the images that it is about. Immutable.</summary>
public sealed record ChatTurn
{
    /// <summary>What a system turn says is how to answer; it comes first.</summary>
    public const string System = "system";

    /// <summary>Who asks.</summary>
    public const string User = "user";

    /// <summary>The model: what it answered before.</summary>
    public const string Assistant = "assistant";

    /// <summary>A turn.</summary>
    /// <param name="role"><see cref="System"/>, <see cref="User"/> or <see cref="Assistant"/>.</param>
    /// <param name="text">What is said; what looks like a special token in it is text to the model.</param>
    /// <param name="images">Images, which the prompt has before the text; null for none. Only of a user's turn.</param>
    /// <exception cref="ArgumentNullException">The role, the text or an image is null.</exception>
    /// <exception cref="ArgumentException">The role is another, a text other than the assistant's is empty or white space, or another turn than the user's has
    /// images.</exception>
    public ChatTurn(string role, string text, IReadOnlyList<PrunedImage>? images = null)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(text);
        if (role is not (System or User or Assistant))
        {
            throw Throw.TurnRole(role);
        }

        // An answer can be empty.
        if (role != Assistant && string.IsNullOrWhiteSpace(text))
        {
            throw role == User ? Throw.QuestionEmpty(text) : Throw.TurnEmpty(role);
        }

        Role = role;
        Text = text;
        Images = images is null ? [] : [.. images];
        if (Images.Any(image => image is null))
        {
            throw new ArgumentNullException(nameof(images));
        }

        if (Images.Count > 0 && role != User)
        {
            throw Throw.TurnImages(role, Images.Count);
        }
    }

    /// <summary>Who says it.</summary>
    public string Role { get; }

    /// <summary>What is said.</summary>
    public string Text { get; }

    /// <summary>The images that it is about, in the order of the prompt.</summary>
    public IReadOnlyList<PrunedImage> Images { get; }
}
