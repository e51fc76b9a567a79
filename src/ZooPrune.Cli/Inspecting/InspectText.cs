using System.Globalization;
using Spectre.Console;
using ZooPrune.Onnx;
using Cell = Spectre.Console.Text;

namespace ZooPrune.Cli;

/// <summary>What a model folder holds, for people to read.</summary>
internal static class InspectText
{
    public static void Write(Terminal terminal, ModelReport report)
    {
        terminal.Say($"{report.Model}: {report.Family ?? "no model_type"}, {(report.IsUsable ? "complete" : "not usable as it is")}");
        terminal.Output.Write(Files(report.Files));
        if (report.Graphs.Count > 0)
        {
            terminal.Output.Write(Graphs(report));
        }

        if (report.Projector is { } projector)
        {
            string cut = projector.CutAt is null ? "" : $", cut at '{projector.CutAt}'";
            terminal.Say($"Projector: {Shape(projector)}, in {projector.File}{cut}");
            terminal.Say($"Sensitivity: {projector.Sensitivity}{(projector.Note is null ? "" : $" ({projector.Note})")}");
        }

        if (report.CacheBytesPerToken is { } cache)
        {
            terminal.Say(Text($"KV cache: {cache:N0} bytes a token"));
        }

        if (report.Pictures.Count > 0)
        {
            // Where all pictures become one tile of one size there is no need to say so for each.
            bool areAlike = report.Pictures.DistinctBy(picture => (picture.Tiles, picture.VisualTokens, picture.Newlines)).Count() == 1;
            (string Name, ImageFacts Picture)[] pictures = areAlike && report.Pictures.Count > 1
                ? [(Text($"all {report.Pictures.Count} sizes"), report.Pictures[0])]
                : [.. report.Pictures.Select(picture => (Text($"{picture.Width} x {picture.Height}"), picture))];
            terminal.Say("");
            terminal.Say(report.PromptTokens is { } prompt
                ? Text($"Visual tokens of pictures; the prefill has {prompt:N0} tokens of text besides:")
                : "Visual tokens of pictures:");
            terminal.Output.Write(Pictures(pictures));
            terminal.Say("What pruning saves:");
            terminal.Output.Write(Savings(pictures));
        }

        foreach (string problem in report.Problems)
        {
            terminal.Say($"Problem: {problem}");
        }
    }

    /// <summary>Names and sizes.</summary>
    internal static Table Files(IEnumerable<FolderFile> files)
    {
        Table table = NewTable(["file"], ["size"]);
        foreach (FolderFile file in files)
        {
            table.AddRow(new Cell(file.Name), new Cell(file.Bytes is { } bytes ? Size(bytes) : file.IsRequired ? "missing" : "not there"));
        }

        return table;
    }

    private static Table Graphs(ModelReport report)
    {
        // The longest usual name, onnx/decoder_model_merged_quantized.onnx, leaves no room for another column in 80.
        Table table = NewTable(["graph (* default)", "precision"], ["on disk", "in memory"]);
        foreach (GraphFacts graph in report.Graphs)
        {
            table.AddRow(
                new Cell(graph.File),
                new Cell(graph.IsDefault ? $"{graph.Precision} *" : graph.Precision),
                new Cell(Size(graph.Bytes)),
                new Cell(graph.MemoryBytes is { } memory ? Size(memory) : "unknown"));
        }

        return table;
    }

    private static Table Pictures(IEnumerable<(string Name, ImageFacts Picture)> pictures)
    {
        Table table = NewTable(["picture"], ["tiles", "visual tokens", "newlines", "prefill", "KV cache"]);
        foreach ((string name, ImageFacts picture) in pictures)
        {
            table.AddRow(Cells(
                name,
                Count(picture.Tiles),
                Count(picture.VisualTokens),
                Count(picture.Newlines),
                Count(picture.PrefillTokens),
                Size(picture.CacheBytes)));
        }

        return table;
    }

    private static Table Savings(IEnumerable<(string Name, ImageFacts Picture)> pictures)
    {
        Table table = NewTable(["picture"], ["keep", "kept", "saved tokens", "of prefill", "KV cache"]);
        foreach ((string name, ImageFacts picture) in pictures)
        {
            string first = name;
            foreach (BudgetFacts budget in picture.Budgets)
            {
                table.AddRow(Cells(
                    first,
                    budget.Keep,
                    Count(budget.Kept),
                    Count(budget.SavedTokens),
                    budget.SavedShare is { } share ? Text($"{100 * share:N0} %") : "-",
                    Size(budget.CacheBytes)));
                first = "";
            }
        }

        return table;
    }

    private static IEnumerable<Cell> Cells(params string[] texts) => texts.Select(text => new Cell(text));

    /// <summary>A projector in a few words.</summary>
    internal static string Shape(ProjectorFacts projector) => projector.HiddenWidth is { } hidden
        ? Text($"{projector.InputWidth:N0} -> {hidden:N0}, {projector.Activation}, -> {projector.OutputWidth:N0}")
        : Text($"{projector.Form}, {projector.InputWidth:N0} -> {projector.OutputWidth:N0}");

    private static string Count(int? count) => count is { } number ? Text($"{number:N0}") : "-";

    private static string Size(long? bytes) => bytes switch
    {
        null => "-",
        >= 1_000_000_000 => Text($"{bytes / 1e9:N2} GB"),
        >= 1_000_000 => Text($"{bytes / 1e6:N1} MB"),
        >= 1_000 => Text($"{bytes / 1e3:N1} kB"),
        _ => Text($"{bytes} B"),
    };

    private static Table NewTable(string[] texts, string[] numbers)
    {
        Table table = new Table { Border = TableBorder.Simple }.AddColumns(texts);
        foreach (string number in numbers)
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
