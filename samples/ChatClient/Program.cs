// A conversation about pictures, line by line, with any model folder:
//   dotnet run --project samples/ChatClient -- models/shapes-vlm 64
// A line that is the path of a file adds that picture to the next question. Every turn is sent with all earlier ones, as to any
// IChatClient; pictures of earlier turns are not encoded again.
using Microsoft.Extensions.AI;
using ZooPrune;
using ZooPrune.Extensions.AI;
using ZooPrune.Onnx;

if (args is not [var folder, .. { Length: <= 1 } rest] || !KeepBudget.TryParse(rest.FirstOrDefault("100%"), null, out var keep))
{
    Console.Error.WriteLine("Usage: ChatClient MODEL [KEEP], where KEEP is 64 or 11%");
    return 2;
}

// Kept tokens get no positions that were pruned away: there is room for more pictures in a conversation.
using var model = VisionLanguageModel.Load(folder, new() { Positions = PositionMode.Compact });
using IChatClient client = new ChatClientBuilder(new VisionLanguageChatClient(model, new() { Pruning = new() { Keep = keep } }))
    .UseOpenTelemetry()
    .Build();

var conversation = new List<ChatMessage>();
var pictures = new List<AIContent>();
while (Console.ReadLine() is { } line)
{
    if (File.Exists(line))
    {
        pictures.Add(new UriContent(new Uri(Path.GetFullPath(line)), "image/*"));
        continue;
    }

    if (string.IsNullOrWhiteSpace(line))
    {
        continue;
    }

    conversation.Add(new ChatMessage(ChatRole.User, [.. pictures, new TextContent(line)]));
    pictures.Clear();
    var updates = new List<ChatResponseUpdate>();
    try
    {
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(conversation))
        {
            Console.Write(update.Text);
            updates.Add(update);
        }
    }
    catch (ZooPruneException exception)
    {
        // A broken picture, or a conversation that has become too long: without its last turn it goes on.
        Console.Error.WriteLine(exception.Message);
        conversation.RemoveAt(conversation.Count - 1);
        continue;
    }

    ChatResponse response = updates.ToChatResponse();
    conversation.AddMessages(response);
    UsageDetails usage = response.Usage!;
    Console.WriteLine(
        $"\n  ({usage.InputTokenCount} tokens read; of {usage.AdditionalCounts![ZooPruneKeys.VisualTokens]} visual tokens "
        + $"{usage.AdditionalCounts[ZooPruneKeys.KeptTokens]} kept)");
}

return 0;
