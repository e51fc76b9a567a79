using System.Globalization;
using Spectre.Console;
using ZooPrune.Onnx;
using Cell = Spectre.Console.Text;

namespace ZooPrune.Cli;

/// <summary>What an answer took, for people to read, and both answers where two are compared.</summary>
internal static class AnswerText
{
    /// <summary>Writes what follows the text of an answer, which was written while it came; or both answers side by side.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="full">The answer from all visual tokens; null where nobody asked for it.</param>
    public static void Write(Terminal terminal, AskOptions options, GivenAnswer answer, GivenAnswer? full)
    {
        string name = Title(options);
        if (full is not null)
        {
            terminal.Say($"all tokens: {full.Answer.Text}");
            terminal.Say($"{name}: {answer.Answer.Text}");
        }

        terminal.Output.Write(Table(full is null ? [(name, answer)] : [("all tokens", full), (name, answer)]));
        foreach (string note in Notes(answer.Answer, full?.Answer))
        {
            terminal.Say($"Note: {note}");
        }

        if (options.Overlay is { } path)
        {
            terminal.Say($"Overlay: {path}");
        }
    }

    /// <summary>What should be known about an answer: that it was cut off, and what the model says itself.</summary>
    public static IEnumerable<string> Notes(VisionAnswer answer, VisionAnswer? full = null)
    {
        if (answer.FinishReason == FinishReason.Length || full is { FinishReason: FinishReason.Length })
        {
            int count = (answer.FinishReason == FinishReason.Length ? answer : full!).TokenIds.Count;
            string tokens = count == 1 ? "token" : "tokens";
            yield return string.Create(
                CultureInfo.InvariantCulture, $"cut off after {count:N0} {tokens}; a larger --max-new-tokens lets it go on.");
        }

        if (answer.Note is { } note)
        {
            yield return note;
        }
    }

    private static string Title(AskOptions options) => options.Pruning is { } pruning
        ? $"{Names.Methods.NameOf(pruning.Selection)}, keep {pruning.Keep}"
        : "all tokens";

    private static Table Table(IReadOnlyList<(string Title, GivenAnswer Answer)> columns)
    {
        Table table = new Table { Border = TableBorder.Simple }.AddColumn("");
        foreach ((string title, _) in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(title)).RightAligned().NoWrap());
        }

        AddRow("visual tokens", answer => $"{answer.Answer.KeptTokenCount:N0} of {answer.Answer.VisualTokenCount:N0}");
        if (columns.Any(column => NewlineCount(column.Answer) > 0))
        {
            AddRow("of them newlines", answer => $"{NewlineCount(answer):N0}");
        }

        AddRow("new tokens", answer => $"{answer.Answer.TokenIds.Count:N0}");
        for (int i = 0; i < columns[0].Answer.Stages.Count; i++)
        {
            AddRow($"{columns[0].Answer.Stages[i].Name} ms", answer => $"{answer.Stages[i].Time.TotalMilliseconds:N1}");
        }

        return table;

        void AddRow(string name, Func<GivenAnswer, FormattableString> cell) => table.AddRow(
            [new Cell(name), .. columns.Select(column => new Cell(cell(column.Answer).ToString(CultureInfo.InvariantCulture)))]);
    }

    /// <summary>Embeddings between rows of a picture, which are read whatever is pruned.</summary>
    private static int NewlineCount(GivenAnswer answer) => answer.Answer.KeptTokenCount - answer.Answer.KeptIndices.Count;
}
