using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>What the user asked for, checked as far as it can be without opening a file.</summary>
internal sealed record AskOptions
{
    /// <summary>The model folder; null = the one that comes with the repository.</summary>
    public string? Model { get; init; }

    /// <summary>The folder that images lie in; null = where the questions file lies.</summary>
    public string? Images { get; init; }

    /// <summary>The questions file; null = questions.jsonl in <see cref="Images"/>, else the model's held-out questions.</summary>
    public string? Questions { get; init; }

    /// <summary>A single image to ask about in place of a questions file.</summary>
    public string? Image { get; init; }

    /// <summary>What to ask about <see cref="Image"/>.</summary>
    public string? Question { get; init; }

    /// <summary>At most so many questions; null = all.</summary>
    public int? Limit { get; init; }

    /// <summary>How many visual tokens are kept.</summary>
    public required KeepBudget Keep { get; init; }

    /// <summary><see cref="Keep"/> as it was typed.</summary>
    public required string KeepText { get; init; }

    /// <summary>How the kept tokens are chosen.</summary>
    public required SelectionMethod Method { get; init; }

    /// <summary>Which stage encodes the images.</summary>
    public EncoderStage Encoder { get; init; }

    /// <summary>Which positions the kept tokens get.</summary>
    public PositionMode Positions { get; init; }

    /// <summary>Where everything is written as JSON; null = nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>Where the overlays go.</summary>
    public required string Overlays { get; init; }

    /// <summary>How many overlays are drawn; 0 = none.</summary>
    public int OverlayCount { get; init; }
}
