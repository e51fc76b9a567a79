namespace ZooPrune;

/// <summary>Checks all options together, when a pruner is created.</summary>
internal static class PruningOptionsCheck
{
    public static void Check(IProjector projector, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(projector);
        ArgumentNullException.ThrowIfNull(options);
        if (projector.InputWidth < 1 || projector.OutputWidth < 1)
        {
            throw Throw.ProjectorWidths(projector.GetType(), projector.InputWidth, projector.OutputWidth, nameof(projector));
        }

        if (options.Keep == default)
        {
            throw Throw.OptionKeepNotSet(nameof(options));
        }

        if (!Enum.IsDefined(options.Selection))
        {
            throw Throw.UnknownOption(nameof(PruningOptions.Selection), (int)options.Selection, nameof(options));
        }

        if (options.CustomSelection is not null && options.Selection != SelectionMethod.ZooPrune)
        {
            throw Throw.TwoSelections(options.Selection, options.CustomSelection.GetType(), nameof(options));
        }

        if (!Enum.IsDefined(options.Sensitivity))
        {
            throw Throw.UnknownOption(nameof(PruningOptions.Sensitivity), (int)options.Sensitivity, nameof(options));
        }

        if (options.OnlyIfFaster)
        {
            throw Throw.OnlyIfFasterAlone(nameof(options));
        }

        AtLeast(nameof(PruningOptions.Directions), options.Directions, 1);
        AtLeast(nameof(PruningOptions.MaxThreads), options.MaxThreads, 0);
        Within(nameof(PruningOptions.StepSize), options.StepSize, options.StepSize > 0, "a finite number above 0");
        Within(nameof(PruningOptions.Centering), options.Centering, options.Centering is >= 0 and <= 1, "from 0 to 1");
        if (options.Sharpness is float sharpness)
        {
            Within(nameof(PruningOptions.Sharpness), sharpness, sharpness >= 0, "null or a finite number from 0 on");
        }
    }

    private static void AtLeast(string option, int value, int least)
    {
        if (value < least)
        {
            throw Throw.OptionBelow(option, value, least, "options");
        }
    }

    private static void Within(string option, float value, bool inRange, string needed)
    {
        if (!inRange || !float.IsFinite(value))
        {
            throw Throw.OptionOutside(option, value, needed, "options");
        }
    }
}
