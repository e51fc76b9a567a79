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

    private readonly Dictionary<object, int> _places = [];
    private readonly List<KeyValuePair<object?, object?>> _items = [];

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    public DictionaryValue Set(object? key, object? value)
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

    public bool TryGet(object? key, out object? value)
    {
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
