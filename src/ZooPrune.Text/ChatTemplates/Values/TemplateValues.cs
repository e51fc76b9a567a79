namespace ZooPrune.Text;

// A value of a template is one of: null (None), bool, long, double, string, and the types of this file. Nothing else gets in, and no
// member of a .NET object can be reached from a template.

/// <summary>What has no value; printed as nothing.</summary>
/// <param name="Name">What was asked for.</param>
internal sealed record UndefinedValue(string Name);

internal enum SequenceKind
{
    List,
    Tuple,
    Range,
    Keys,
    Values,
    Items,

    /// <summary>What filters give that Python makes lazily: it can be walked over once, and has no length.</summary>
    Generator,
}

/// <summary>Several values in order.</summary>
internal sealed class SequenceValue(IReadOnlyList<object?> items, SequenceKind kind = SequenceKind.List)
{
    private int _next;

    public SequenceKind Kind => kind;

    /// <summary>How many values there are to walk over.</summary>
    public int Left => kind == SequenceKind.Generator ? items.Count - _next : items.Count;

    public bool IsIndexable => kind is SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range;

    /// <summary>The values, to be walked over; of a generator those that are left.</summary>
    public IReadOnlyList<object?> Walk()
    {
        if (kind != SequenceKind.Generator)
        {
            return items;
        }

        object?[] left = [.. items.Skip(_next)];
        _next = items.Count;
        return left;
    }

    /// <summary>The next value of a generator, which is then gone; the first of others.</summary>
    public bool TryFirst(out object? value)
    {
        bool found = _next < items.Count;
        value = found ? items[_next] : null;
        _next += found && kind == SequenceKind.Generator ? 1 : 0;
        return found;
    }

    /// <summary>The values of what has a length.</summary>
    public IReadOnlyList<object?> Items => kind == SequenceKind.Generator
        ? throw Throw.TemplateType("a generator is used as a list", "a list; the filter 'list' makes one")
        : items;
}

/// <summary>Keys and values, in the order in which the keys came.</summary>
internal sealed class DictionaryValue
{
    private static readonly object NoneKey = new();

    private readonly Dictionary<object, int> _places = new(KeyComparer.Instance);
    private readonly List<KeyValuePair<object?, object?>> _items = [];

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    /// <summary>For what is handed to a template, whose keys are known.</summary>
    public DictionaryValue Set(string key, object? value) => Add(key, value);

    /// <summary>For what a template does.</summary>
    public DictionaryValue Set(object? key, object? value, TemplateBudget budget)
    {
        budget.SpendKey(key);
        return Add(key, value);
    }

    private DictionaryValue Add(object? key, object? value)
    {
        object place = Place(key);
        if (_places.TryGetValue(place, out int at))
        {
            _items[at] = new(_items[at].Key, value);
        }
        else
        {
            _places.Add(place, _items.Count);
            _items.Add(new(key, value));
        }

        return this;
    }

    public bool TryGet(object? key, TemplateBudget budget, out object? value)
    {
        budget.SpendKey(key);
        bool found = _places.TryGetValue(Place(key), out int at);
        value = found ? _items[at].Value : null;
        return found;
    }

    public List<object?> Keys() => [.. _items.Select(item => item.Key)];

    /// <summary>In Python True, 1 and 1.0 are the same key.</summary>
    private static object Place(object? key) => key switch
    {
        null => NoneKey,
        bool value => value ? 1L : 0L,
        double value when value == Math.Floor(value) && Math.Abs(value) < 1e15 => (long)value,
        string or long or double => key,
        _ => throw Throw.TemplateUnsupported($"a key of the type {ValueText.TypeName(key)}"),
    };

    /// <summary>Numbers get other places in every process: those of .NET are known, and a template could choose thousands for
    /// one.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? x, object? y) => object.Equals(x, y);

        public int GetHashCode(object obj) => obj switch
        {
            long number => HashCode.Combine(number),
            double number => HashCode.Combine(number),
            _ => obj.GetHashCode(),
        };
    }
}

/// <summary>namespace(): the only thing that a template can change.</summary>
internal sealed class NamespaceValue
{
    public Dictionary<string, object?> Members { get; } = new(StringComparer.Ordinal);
}

/// <summary>A macro, a method of a value, or a function that every template has.</summary>
/// <param name="Name">As the template writes it.</param>
/// <param name="Invoke">What it does.</param>
internal sealed record FunctionValue(string Name, Func<CallArguments, object?> Invoke);

/// <summary>"loop" within {% for %}.</summary>
/// <param name="Items">What the loop walks over.</param>
/// <param name="Place">Which item it is at, from 0.</param>
internal sealed record LoopValue(IReadOnlyList<object?> Items, int Place)
{
    /// <summary>loop.name; false where a loop has no such member.</summary>
    public bool TryMember(string name, out object? value)
    {
        value = name switch
        {
            "index" => Place + 1L,
            "index0" => (long)Place,
            "revindex" => (long)Items.Count - Place,
            "revindex0" => Items.Count - Place - 1L,
            "first" => Place == 0,
            "last" => Place == Items.Count - 1,
            "length" => (long)Items.Count,
            // Only 'recursive' makes it more.
            "depth" => 1L,
            "depth0" => 0L,
            "previtem" => Place > 0 ? Items[Place - 1] : new UndefinedValue("'loop.previtem' of the first item"),
            "nextitem" => Place < Items.Count - 1 ? Items[Place + 1] : new UndefinedValue("'loop.nextitem' of the last item"),
            "cycle" => new FunctionValue(name, arguments => arguments.Positional.Count > 0
                ? arguments.Positional[Place % arguments.Positional.Count]
                : throw Throw.TemplateArguments("cycle", "nothing", "one value or more")),
            "changed" => throw Throw.TemplateUnsupported("'loop.changed'"),
            _ => CallArguments.Absent,
        };
        return !CallArguments.IsAbsent(value);
    }
}

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
        if (Positional.Count > parameters.Length)
        {
            throw Throw.TemplateArguments(
                function, $"{Positional.Count} arguments", parameters.IsEmpty ? "none" : $"({Needed(parameters)})");
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
                throw Throw.TemplateArguments(function, $"'{name}'", parameters.IsEmpty ? "none" : $"({Needed(parameters)}), each once");
            }

            bound[at] = value;
        }

        for (int at = 0; at < bound.Length; at++)
        {
            if (ReferenceEquals(bound[at], Absent) && !parameters[at].EndsWith('?'))
            {
                throw Throw.TemplateArguments(function, $"no '{parameters[at]}'", $"({Needed(parameters)})");
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

    private static string Needed(ReadOnlySpan<string> parameters) => string.Join(", ", parameters.ToArray());

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
