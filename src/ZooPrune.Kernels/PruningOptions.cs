namespace ZooPrune;

/// <summary>
/// Everything that pruning can be told. Immutable; checked as a whole when a <see cref="VisualTokenPruner"/> is created.
/// </summary>
public sealed record PruningOptions
{
    private const string Parameter = "options";

    /// <summary>How many visual tokens stay, over all tiles together.</summary>
    public required KeepBudget Keep { get; init; }

    /// <summary>How the kept tokens are chosen. The default is ZOO-Prune as published.</summary>
    public SelectionMethod Selection { get; init; } = SelectionMethod.ZooPrune;

    /// <summary>
    /// A method that <see cref="Selection"/> has no name for: one of your own, or one that needs more than tokens and options. Null
    /// (the default) takes <see cref="Selection"/>, which must be left at its default where a method is given.
    /// </summary>
    public ISelectionMethod? CustomSelection { get; init; }

    /// <summary>
    /// How the sensitivity is computed, where the selection uses it. The default is the cheapest that the projector allows.
    /// </summary>
    public SensitivityMethod Sensitivity { get; init; } = SensitivityMethod.Auto;

    /// <summary>m, the number of directions of the sampled methods; at least 1. Published: 64.</summary>
    public int Directions { get; init; } = 64;

    /// <summary>h, the length of a perturbation in the units of a visual token; above 0. Published: 0.01.</summary>
    public float StepSize { get; init; } = 0.01f;

    /// <summary>Seeds the directions and <see cref="SelectionMethod.Random"/>. Any value; the same seed gives the same choice.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Share of the mean projected token (of the image, or of the tile) subtracted before the cosines; 0 to 1. 0 is published. Used
    /// by <see cref="SelectionMethod.ZooPrune"/> and <see cref="SelectionMethod.DivPrune"/>.
    /// </summary>
    public float Centering { get; init; }

    /// <summary>
    /// How <see cref="SelectionMethod.ZooPrune"/> scales the sensitivity: null is published, (S - min) / (max - min + 1e-8); a
    /// number p, 0 or more, gives (S / max S)^p.
    /// </summary>
    public float? Sharpness { get; init; }

    /// <summary>The most threads that one call uses in managed code; 0 means one per processor. Never changes a result.</summary>
    public int MaxThreads { get; init; }

    /// <summary>
    /// Keeps all tokens where pruning costs more time than it saves, and says so in the result's note. Default: false, what is asked for
    /// is done. Only where a language model is at hand to be timed; a <see cref="VisualTokenPruner"/> alone refuses it. Times differ from
    /// run to run, and near the break-even so may the decision: leave it out where results have to be repeatable.
    /// </summary>
    public bool OnlyIfFaster { get; init; }

    /// <summary>Checks all options together, and with the projector.</summary>
    internal void Check(IProjector projector)
    {
        if (projector.InputWidth < 1 || projector.OutputWidth < 1)
        {
            throw Throw.ProjectorWidths(projector.GetType(), projector.InputWidth, projector.OutputWidth, nameof(projector));
        }

        if (Keep == default)
        {
            throw Throw.OptionKeepNotSet(Parameter);
        }

        if (!Enum.IsDefined(Selection))
        {
            throw Throw.UnknownOption(nameof(Selection), (int)Selection, Parameter);
        }

        if (CustomSelection is not null && Selection != SelectionMethod.ZooPrune)
        {
            throw Throw.TwoSelections(Selection, CustomSelection.GetType(), Parameter);
        }

        if (!Enum.IsDefined(Sensitivity))
        {
            throw Throw.UnknownOption(nameof(Sensitivity), (int)Sensitivity, Parameter);
        }

        if (OnlyIfFaster)
        {
            throw Throw.OnlyIfFasterAlone(Parameter);
        }

        AtLeast(nameof(Directions), Directions, 1);
        AtLeast(nameof(MaxThreads), MaxThreads, 0);
        Within(nameof(StepSize), StepSize, StepSize > 0, "a finite number above 0");
        Within(nameof(Centering), Centering, Centering is >= 0 and <= 1, "from 0 to 1");
        if (Sharpness is float sharpness)
        {
            Within(nameof(Sharpness), sharpness, sharpness >= 0, "null or a finite number from 0 on");
        }
    }

    private static void AtLeast(string option, int value, int least)
    {
        if (value < least)
        {
            throw Throw.OptionBelow(option, value, least, Parameter);
        }
    }

    private static void Within(string option, float value, bool inRange, string needed)
    {
        if (!inRange || !float.IsFinite(value))
        {
            throw Throw.OptionOutside(option, value, needed, Parameter);
        }
    }
}
