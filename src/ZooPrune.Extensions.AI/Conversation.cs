using System.Text;
using Microsoft.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>Messages as the turns of a conversation, with images that are not read yet. Of one request; not thread-safe.</summary>
/// <remarks>Messages of one role in a row are one turn, as are the instructions and the system's messages; a message that says nothing is
/// left out.</remarks>
internal sealed class Conversation
{
    private readonly List<Draft> _drafts = [];

    private Conversation()
    {
    }

    /// <summary>The images, in the order of the conversation.</summary>
    public IEnumerable<ImageSource> Images => _drafts.SelectMany(draft => draft.Images);

    /// <summary>Reads messages; no image is opened.</summary>
    /// <param name="messages">In order.</param>
    /// <param name="instructions">What the system says before all; null for nothing.</param>
    /// <param name="options">What images may be.</param>
    /// <exception cref="NotSupportedException">A role, a content or a scheme is one that the model cannot take.</exception>
    /// <exception cref="ArgumentException">There is nothing to answer, there are too many images, or one has no bytes or too
    /// many.</exception>
    public static Conversation Read(IEnumerable<ChatMessage> messages, string? instructions, VisionLanguageChatOptions options)
    {
        var conversation = new Conversation();
        if (instructions is not null)
        {
            conversation.DraftOf(ChatTurn.System).Text.Append(instructions);
        }

        foreach (ChatMessage message in messages)
        {
            conversation.Add(message, options);
        }

        int count = conversation.Images.Count();
        return conversation._drafts.Count == 0 ? throw Throw.NoMessages()
            : count > options.MaxImages ? throw Throw.TooManyImages(count, options.MaxImages)
            : conversation._drafts.Exists(draft => draft.Text.Length == 0) ? throw Throw.ImageWithoutText()
            : conversation;
    }

    /// <summary>The turns, with the images in the order of <see cref="Images"/>.</summary>
    public IReadOnlyList<ChatTurn> ToTurns(IEnumerable<PrunedImage> images)
    {
        using IEnumerator<PrunedImage> next = images.GetEnumerator();
        return [.. _drafts.Select(draft => new ChatTurn(draft.Role, draft.Text.ToString(), [.. draft.Images.Select(_ => Next())]))];

        PrunedImage Next() => next.MoveNext() ? next.Current : throw new InvalidOperationException();
    }

    private void Add(ChatMessage message, VisionLanguageChatOptions options)
    {
        string role = message.Role == ChatRole.System ? ChatTurn.System
            : message.Role == ChatRole.User ? ChatTurn.User
            : message.Role == ChatRole.Assistant ? ChatTurn.Assistant
            : throw Throw.Role(message.Role.Value);
        var text = new StringBuilder();
        var images = new List<ImageSource>();
        bool isAfterImage = false;
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextReasoningContent or UsageContent:
                    break; // Of answers that were given: neither is said again.
                case TextContent part when string.IsNullOrEmpty(part.Text):
                    break;
                case TextContent part:
                    text.Append(isAfterImage && text.Length > 0 ? "\n" : "").Append(part.Text);
                    isAfterImage = false;
                    break;
                case DataContent data:
                    images.Add(ImageSource.Of(data, options));
                    isAfterImage = true;
                    break;
                case UriContent uri:
                    images.Add(ImageSource.Of(uri, options));
                    isAfterImage = true;
                    break;
                case ToolCallContent or ToolResultContent:
                    throw Throw.ToolContent(role, content.GetType());
                default:
                    throw Throw.Content(role, content.GetType());
            }
        }

        if (images.Count > 0 && role != ChatTurn.User)
        {
            throw Throw.ImagesOf(role, images.Count);
        }

        string said = text.ToString();
        if (images.Count > 0 || !string.IsNullOrWhiteSpace(said))
        {
            Draft draft = DraftOf(role);
            draft.Images.AddRange(images);
            if (!string.IsNullOrWhiteSpace(said))
            {
                draft.Text.Append(draft.Text.Length > 0 ? "\n" : "").Append(said);
            }
        }
    }

    /// <summary>The turn that is being said.</summary>
    private Draft DraftOf(string role)
    {
        if (_drafts is not [.., var last] || last.Role != role)
        {
            _drafts.Add(new Draft(role, new StringBuilder(), []));
        }

        return _drafts[^1];
    }

    private sealed record Draft(string Role, StringBuilder Text, List<ImageSource> Images);
}
