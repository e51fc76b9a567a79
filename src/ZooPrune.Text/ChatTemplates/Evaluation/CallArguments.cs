namespace ZooPrune.Text;

/// <summary>What a function, filter or test is called with.</summary>
/// <param name="Positional">Values without a name.</param>
/// <param name="Named">Values with one.</param>
internal sealed record CallArguments(IReadOnlyList<object?> Positional, IReadOnlyList<(string Name, object? Value)> Named)
{
    /// <summary>Stands for an argument that is not given, which None is not.</summary>
    public static object Absent { get; } = new();

    public static CallArguments None { get; } = new([], []);

    /// <summary>The values of some parameters, in their order.</summary>
    /// <param name="function">For messages.</param>
    /// <param name="parameters">Names; those that may be left out end with "?", and are <see cref="Absent"/> then.</param>
    public object?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        string needed = string.Join(", ", parameters.ToArray());
        if (Positional.Count > parameters.Length)
        {
            throw Throw.TemplateArguments(function, $"{Positional.Count} arguments", parameters.IsEmpty ? "none" : $"({needed})");
        }

        var bound = new object?[parameters.Length];
        Array.Fill(bound, Absent);
        for (int at = 0; at < Positional.Count; at++)
        {
            bound[at] = Positional[at];
        }

        foreach ((string name, object? value) in Named)
        {
            int at = IndexOf(parameters, name);
            if (at < 0 || !ReferenceEquals(bound[at], Absent))
            {
                throw Throw.TemplateArguments(function, $"'{name}'", parameters.IsEmpty ? "none" : $"({needed}), each once");
            }

            bound[at] = value;
        }

        for (int at = 0; at < bound.Length; at++)
        {
            if (ReferenceEquals(bound[at], Absent) && !parameters[at].EndsWith('?'))
            {
                throw Throw.TemplateArguments(function, $"no '{parameters[at]}'", $"({needed})");
            }
        }

        return bound;
    }

    public static bool IsAbsent(object? value) => ReferenceEquals(value, Absent);

    public static bool Flag(object? value) => !IsAbsent(value) && ValueComparison.IsTrue(value);

    /// <summary>A text; null where it is not given or None.</summary>
    public static string? OptionalText(string function, object? value) => value is null || IsAbsent(value) ? null : Text(function, value);

    public static string Text(string function, object? value) =>
        value as string ?? throw Throw.TemplateArguments(function, ValueText.TypeName(value), "a text");

    public static long Whole(string function, object? value, long fallback) => IsAbsent(value)
        ? fallback
        : ValueComparison.Numeric(value) as long? ?? throw Throw.TemplateArguments(function, ValueText.TypeName(value), "a whole number");

    private static int IndexOf(ReadOnlySpan<string> parameters, string name)
    {
        for (int at = 0; at < parameters.Length; at++)
        {
            if (parameters[at].AsSpan().TrimEnd('?').SequenceEqual(name))
            {
                return at;
            }
        }

        return -1;
    }
}
