using System.CommandLine;
using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"ask": a model's answer about a picture, and what it took.</summary>
internal sealed class AskCommand() : ToolCommand(AskSyntax.Create())
{
    public override string Examples => AskSyntax.Examples;

    public override int Run(ParseResult line, Terminal terminal)
    {
        AskOptions options = AskSyntax.Read(line);
        VisionLanguageModel model = Load(options, terminal);
        GivenAnswer? full = null;
        if (options.Compare)
        {
            // The first run of a graph plans its memory. That belongs to neither side of the comparison.
            Ask(model, options with { MaxNewTokens = 1 }, options.Pruning, "first run, not timed", terminal);
            full = Ask(model, options, null, "answering with all visual tokens", terminal);
        }

        GivenAnswer answer = options.Json || options.Compare
            ? Ask(model, options, options.Pruning, "answering", terminal)
            : terminal.WhileWriting("answering", write => Ask(model, options, options.Pruning, write, terminal.Cancellation));
        if (options.Overlay is { } path)
        {
            OutputPath.Write("--overlay", path, terminal.While("drawing", () => TokenOverlay.Draw(model, options.Images[0], answer.Answer.KeptIndices)));
        }

        if (options.Json)
        {
            terminal.SayJson(AskReport.Create(options, model, answer, full));
        }
        else
        {
            AnswerText.Write(terminal, options, answer, full);
        }

        return ExitCode.Success;
    }

    private static VisionLanguageModel Load(AskOptions options, Terminal terminal)
    {
        VisionLanguageModel model = terminal.Own(terminal.While("loading the model", () => VisionLanguageModel.Load(options.Model, options.Running)));

        // A wide projector fits its low-rank sensitivity when it is first asked for, once a model: no part of this answer's time.
        if (options.Pruning is not null && model.Projector is IClosedFormProjector projector)
        {
            terminal.While("fitting the sensitivity", () => projector.Cheapest);
        }

        return model;
    }

    private static GivenAnswer Ask(VisionLanguageModel model, AskOptions options, PruningOptions? pruning, string activity, Terminal terminal) =>
        terminal.While(activity, () => Ask(model, options, pruning, _ => { }, terminal.Cancellation));

    private static GivenAnswer Ask(VisionLanguageModel model, AskOptions options, PruningOptions? pruning, Action<string> write, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        PreparedImage[] images = [.. options.Images.Select(model.Prepare)];
        TimeSpan preprocess = Stopwatch.GetElapsedTime(start);
        return new GivenAnswer(model.Answer(images, options.Question, write, pruning, options.MaxNewTokens, cancellation), preprocess);
    }
}
