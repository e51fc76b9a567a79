using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>
/// Questions, answers and pictures so far, and what a line that is typed does to them. A line that fails says so and leaves everything as
/// it was. Not thread-safe.
/// </summary>
/// <param name="model">Who answers.</param>
/// <param name="pruning">What is kept of each picture; null = all.</param>
/// <param name="generation">How answers are generated.</param>
/// <param name="terminal">Where lines come from and answers go.</param>
internal sealed class Conversation(VisionLanguageModel model, PruningOptions? pruning, GenerationOptions generation, Terminal terminal)
{
    /// <summary>What may be typed.</summary>
    public const string Help = "/image FILE adds a picture to the next question, /new forgets everything, /help says this, /exit ends.";

    private const string Prompt = "[bold green]>[/] ";
    private const string Known = "/image, /new, /help, /exit";

    private readonly List<ChatTurn> _turns = [];
    private readonly List<PrunedImage> _images = [];

    /// <summary>Answers line after line, until /exit or the end of the input.</summary>
    /// <param name="images">Pictures of the first question.</param>
    /// <returns>Where nobody types, <see cref="ExitCode.Failure"/> if a line failed.</returns>
    /// <exception cref="ZooPruneException">One of <paramref name="images"/> cannot be used.</exception>
    public int Run(IEnumerable<string> images)
    {
        foreach (string image in images)
        {
            AddImage(image);
        }

        bool hasFailed = false;
        while (terminal.ReadLine(Prompt)?.Trim() is { } line && line is not ("/exit" or "/quit"))
        {
            try
            {
                Take(line);
            }
            catch (Exception exception) when (exception is ZooPruneException or UsageException or ArgumentException)
            {
                terminal.Complain(exception.Message);
                hasFailed = true;
            }
        }

        return hasFailed && !terminal.Input.IsTerminal ? ExitCode.Failure : ExitCode.Success;
    }

    private void Take(string line)
    {
        (string word, string rest) = line.Split(' ', 2, StringSplitOptions.TrimEntries) is [var first, var second]
            ? (first, second) : (line, "");
        switch (word)
        {
            case "":
                break;
            case "/image":
                AddImage(rest.Trim('"', '\''));
                break;
            case "/new":
                _turns.Clear();
                _images.Clear();
                terminal.Complain("Everything is forgotten.");
                break;
            case "/help":
                terminal.Complain(Help);
                break;
            case ['/', .. var letters] when letters.All(char.IsAsciiLetter):
                throw Throw.ChatCommandUnknown(word, Known);
            default:
                Ask(line);
                break;
        }
    }

    private void AddImage(string path)
    {
        if (path.Length == 0)
        {
            throw Throw.ChatImageMissing();
        }

        if (!Path.Exists(path))
        {
            throw Throw.ImageMissing("chat", path);
        }

        PrunedImage image = terminal.While("reading the picture", () => model.Prune(model.Prepare(path), pruning));
        _images.Add(image);
        terminal.Complain(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: {image.KeptTokenCount:N0} of {image.VisualTokenCount:N0} visual tokens, with the next question"));
    }

    private void Ask(string question)
    {
        var turn = new ChatTurn(ChatTurn.User, question, _images);
        VisionAnswer answer = terminal.WhileWriting(
            "answering", write => model.Answer([.. _turns, turn], generation, write, terminal.Cancellation));
        if (answer.Text.Length == 0)
        {
            terminal.Say("");
        }

        _turns.Add(turn);
        _turns.Add(new ChatTurn(ChatTurn.Assistant, answer.Text));
        _images.Clear();
        foreach (string note in AnswerText.Notes(answer))
        {
            terminal.Complain($"Note: {note}");
        }
    }
}
