using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>What the user asked for, checked as far as it can be without opening a file.</summary>
internal sealed record EvaluateOptions
{
    /// <summary>The model folder; null = the one that comes with the repository.</summary>
    public string? Model { get; init; }

    /// <summary>The folder that images lie in; null = where the questions file lies.</summary>
    public string? Images { get; init; }

    /// <summary>The questions file; null = the model's held-out questions.</summary>
    public string? Questions { get; init; }

    /// <summary>The annotations file of VQAv2; null = none.</summary>
    public string? Annotations { get; init; }

    /// <summary>The format of the questions; null = what they look like.</summary>
    public QuestionFormat? Format { get; init; }

    /// <summary>What is added to every question, on a line of its own; null = nothing.</summary>
    public string? Instruction { get; init; }

    /// <summary>At most so many questions; null = all.</summary>
    public int? Limit { get; init; }

    /// <summary>The budgets compared; each once.</summary>
    public required IReadOnlyList<KeepBudget> Budgets { get; init; }

    /// <summary>The methods compared; each once.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    /// <summary>The position modes compared.</summary>
    public required IReadOnlyList<PositionMode> Positions { get; init; }

    /// <summary>How many images are worked on at a time, one thread each.</summary>
    public int Workers { get; init; }

    /// <summary>How the model runs, but for <see cref="Positions"/>.</summary>
    public VisionLanguageModelOptions Running { get; init; } = new() { Threads = 1 };

    /// <summary>Where the figures are written as JSON; null = nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>Where the tables are written as Markdown; null = nowhere.</summary>
    public string? Markdown { get; init; }

    /// <summary>Where the chart is written as SVG; null = nowhere.</summary>
    public string? Chart { get; init; }

    /// <summary>The journal the user named, which is kept; null = none named.</summary>
    public string? Resume { get; init; }

    /// <summary>The journal: the one named, otherwise one beside the JSON file; null = none.</summary>
    public string? Journal => Resume ?? (Json is null ? null : Json + ".journal");
}
