namespace ZooPrune.Text;

/// <summary>The methods of dict and list that change nothing.</summary>
internal static class CollectionMethods
{
    private static readonly HashSet<string> MissingOfDictionaries = ["clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"];

    private static readonly HashSet<string> MissingOfLists =
        ["append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort"];

    /// <summary>A method of a dictionary; null where Python has none of that name.</summary>
    public static FunctionValue? Find(DictionaryValue dictionary, string name) => name switch
    {
        "get" => new(name, arguments => Get(dictionary, arguments)),
        "keys" => View(name, SequenceKind.Keys, dictionary.Keys),
        "values" => View(name, SequenceKind.Values, () => [.. dictionary.Items.Select(item => item.Value)]),
        "items" => View(name, SequenceKind.Items, () => Pairs(dictionary)),
        _ when MissingOfDictionaries.Contains(name) => throw Throw.TemplateUnsupported($"the method '{name}' of a dictionary"),
        _ => null,
    };

    /// <summary>A method of a list, tuple or what walks over one; null where Python has none of that name.</summary>
    public static FunctionValue? Find(SequenceValue sequence, string name, TemplateBudget budget) => name switch
    {
        "index" when sequence.IsIndexable => new(name, arguments => Index(sequence, arguments, budget)),
        "count" when sequence.IsIndexable => new(name, arguments => Count(sequence, arguments, budget)),
        _ when !sequence.IsIndexable || MissingOfLists.Contains(name) =>
            throw Throw.TemplateUnsupported($"the method '{name}' of {ValueText.TypeName(sequence)}"),
        _ => null,
    };

    /// <summary>Keys with their values, as tuples.</summary>
    public static List<object?> Pairs(DictionaryValue dictionary) =>
        [.. dictionary.Items.Select(item => new SequenceValue([item.Key, item.Value], SequenceKind.Tuple))];

    private static FunctionValue View(string name, SequenceKind kind, Func<List<object?>> items) => new(name, arguments =>
    {
        arguments.Bind(name);
        return new SequenceValue(items(), kind);
    });

    private static object? Get(DictionaryValue dictionary, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("get", "key", "default?");
        return dictionary.TryGet(bound[0], out object? value) ? value : CallArguments.IsAbsent(bound[1]) ? null : bound[1];
    }

    private static object? Index(SequenceValue sequence, CallArguments arguments, TemplateBudget budget)
    {
        object? wanted = arguments.Bind("index", "value")[0];
        for (int at = 0; at < sequence.Items.Count; at++)
        {
            if (ValueComparison.AreEqual(sequence.Items[at], wanted, budget))
            {
                return (long)at;
            }
        }

        throw Throw.TemplateType("'index' finds nothing", "a value that is there");
    }

    private static object? Count(SequenceValue sequence, CallArguments arguments, TemplateBudget budget)
    {
        object? wanted = arguments.Bind("count", "value")[0];
        return (long)sequence.Items.Count(item => ValueComparison.AreEqual(item, wanted, budget));
    }
}
