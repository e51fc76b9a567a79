namespace ZooPrune.Studies;

/// <summary>What the user asked for.</summary>
internal sealed record StudyOptions
{
    public required StudyName Study { get; init; }

    /// <summary>The model folder; null = the one that comes with the repository.</summary>
    public string? Model { get; init; }

    /// <summary>At most so many images; null = what the study takes by default.</summary>
    public int? Images { get; init; }

    /// <summary>Where the outcomes of rules are kept; null = in memory only.</summary>
    public string? Outcomes { get; init; }

    /// <summary>Where the figures are written as JSON; null = nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>Where the chart is written as SVG; null = nowhere.</summary>
    public string? Chart { get; init; }
}
