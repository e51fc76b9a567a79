using System.Globalization;

namespace ZooPrune.Text;

/// <summary>What lies within a value: members, items, slices. Only what templates may see is there; there is no way to .NET's members.</summary>
internal static class ValueAccess
{
    /// <summary>The values of what can be walked over: characters of a text, keys of a dictionary.</summary>
    public static IReadOnlyList<object?> Walk(object? value, TemplateBudget budget)
    {
        budget.Spend(value switch
        {
            SequenceValue sequence => sequence.Left,
            string text => text.Length,
            DictionaryValue dictionary => dictionary.Items.Count,
            _ => 0,
        });
        return value switch
        {
            SequenceValue sequence => sequence.Walk(),
            string text => TemplateText.Characters(text),
            DictionaryValue dictionary => dictionary.Keys(),
            UndefinedValue => [],
            _ => throw Throw.TemplateType($"{ValueText.TypeName(value)} is walked over", "a list, a text or a dictionary"),
        };
    }

    public static long Length(object? value, TemplateBudget budget) => value switch
    {
        string text => TemplateText.Length(text, budget),
        SequenceValue sequence => sequence.Items.Count,
        DictionaryValue dictionary => dictionary.Items.Count,
        UndefinedValue => 0,
        _ => throw Throw.TemplateType($"{ValueText.TypeName(value)} has no length", "a list, a text or a dictionary"),
    };

    /// <summary>value.name: first a method, then an item.</summary>
    public static object? Member(object? value, string name, TemplateBudget budget)
    {
        Check(value, name);
        return Method(value, name, budget) is FunctionValue method ? method
            : TryItem(value, name, budget, out object? item) ? item
            : new UndefinedValue($"'{name}'");
    }

    /// <summary>value[key]: first an item, then a method.</summary>
    public static object? Index(object? value, object? key, TemplateBudget budget)
    {
        if (value is UndefinedValue undefined)
        {
            throw Throw.TemplateUndefined(undefined.Name);
        }

        if (TryItem(value, key, budget, out object? item))
        {
            return item;
        }

        if (key is not string name)
        {
            return new UndefinedValue($"[{(key is long number ? number : ValueText.TypeName(key))}]");
        }

        Check(value, name);
        return (object?)Method(value, name, budget) ?? new UndefinedValue($"'{name}'");
    }

    /// <summary>value[start:stop:step]; null stands for what is left out.</summary>
    public static object? Slice(object? value, object? start, object? stop, object? step, TemplateBudget budget)
    {
        IReadOnlyList<object?> items = value switch
        {
            string => Walk(value, budget),
            SequenceValue { IsIndexable: true } sequence => sequence.Items,
            UndefinedValue undefined => throw Throw.TemplateUndefined(undefined.Name),
            _ => throw Throw.TemplateUnsupported($"a slice of a value of the type {ValueText.TypeName(value)}"),
        };
        long by = Whole(step) ?? 1;
        if (by == 0)
        {
            throw Throw.TemplateType("a slice has the step 0", "another step");
        }

        (long least, long most) = by > 0 ? (0, items.Count) : (-1, items.Count - 1);
        long from = Bound(Whole(start), by > 0 ? least : most, items.Count, least, most);
        long to = Bound(Whole(stop), by > 0 ? most : least, items.Count, least, most);
        budget.Spend(items.Count);
        var taken = new List<object?>();
        for (long at = from; by > 0 ? at < to : at > to; at = by > items.Count || by < -items.Count ? to : at + by)
        {
            taken.Add(items[(int)at]);
        }

        return value is SequenceValue { Kind: var kind }
            ? new SequenceValue(taken, kind == SequenceKind.Tuple ? kind : SequenceKind.List)
            : string.Concat(taken);
    }

    /// <summary>A name of an item, with dots between names, as filters take it: "function.name".</summary>
    public static object? Path(object? value, object? path, TemplateBudget budget)
    {
        if (path is not string names)
        {
            return Index(value, path, budget);
        }

        budget.SpendText(names.Length);
        foreach (string name in names.Split('.'))
        {
            budget.Spend(1);
            bool isPlace = name.Length is > 0 and < 19 && name.All(char.IsAsciiDigit);
            value = Index(value, isPlace ? long.Parse(name, CultureInfo.InvariantCulture) : name, budget);
        }

        return value;
    }

    private static void Check(object? value, string name)
    {
        if (value is UndefinedValue undefined)
        {
            throw Throw.TemplateUndefined(undefined.Name);
        }

        if (name.StartsWith('_'))
        {
            throw Throw.TemplateUnsupported($"the member '{name}'");
        }
    }

    private static FunctionValue? Method(object? value, string name, TemplateBudget budget) => value switch
    {
        string text => TextMethods.Find(text, name, budget),
        DictionaryValue dictionary => CollectionMethods.Find(dictionary, name, budget),
        SequenceValue sequence => CollectionMethods.Find(sequence, name, budget),
        bool or long or double when name is "real" or "imag" or "numerator" or "denominator" or "bit_length" or "bit_count"
            or "conjugate" or "to_bytes" or "from_bytes" or "as_integer_ratio" or "is_integer" or "hex" or "fromhex" =>
            throw Throw.TemplateUnsupported($"'{name}' of a number"),
        _ => null,
    };

    private static bool TryItem(object? value, object? key, TemplateBudget budget, out object? item)
    {
        item = null;
        budget.SpendKey(key);
        switch (value, ValueComparison.Numeric(key))
        {
            case (DictionaryValue dictionary, not SequenceValue):
                return dictionary.TryGet(key, budget, out item);
            case (NamespaceValue scope, string name):
                return scope.Members.TryGetValue(name, out item);
            case (LoopValue loop, string name):
                return loop.TryMember(name, out item);
            case (SequenceValue { IsIndexable: true } sequence, long index):
                return TryPlace(sequence.Items, index, out item);
            case (string text, long index):
                return TryCharacter(text, index, budget, out item);
            default:
                return false;
        }
    }

    private static bool TryCharacter(string text, long index, TemplateBudget budget, out object? item)
    {
        budget.SpendText(text.Length);
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return TryPlace(Walk(text, budget), index, out item);
        }

        index += index < 0 ? text.Length : 0;
        bool isInside = index >= 0 && index < text.Length;
        item = isInside ? text.Substring((int)index, 1) : null;
        return isInside;
    }

    private static bool TryPlace(IReadOnlyList<object?> items, long index, out object? item)
    {
        index += index < 0 ? items.Count : 0;
        bool isInside = index >= 0 && index < items.Count;
        item = isInside ? items[(int)index] : null;
        return isInside;
    }

    private static long? Whole(object? value) => ValueComparison.Numeric(value) switch
    {
        null => null,
        long number => number,
        _ => throw Throw.TemplateType($"a slice is bounded by {ValueText.TypeName(value)}", "whole numbers"),
    };

    private static long Bound(long? place, long fallback, int count, long least, long most) => place is long given
        ? Math.Clamp(given < 0 ? given + count : given, least, most)
        : fallback;
}

/// <summary>The methods of dict and list that change nothing.</summary>
internal static class CollectionMethods
{
    private static readonly HashSet<string> MissingOfDictionaries = ["clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"];

    private static readonly HashSet<string> MissingOfLists =
        ["append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort"];

    /// <summary>A method of a dictionary; null where Python has none of that name.</summary>
    public static FunctionValue? Find(DictionaryValue dictionary, string name, TemplateBudget budget) => name switch
    {
        "get" => new(name, arguments => Get(dictionary, arguments, budget)),
        "keys" => View(name, SequenceKind.Keys, dictionary, budget, dictionary.Keys),
        "values" => View(name, SequenceKind.Values, dictionary, budget, () => [.. dictionary.Items.Select(item => item.Value)]),
        "items" => View(name, SequenceKind.Items, dictionary, budget, () => Pairs(dictionary, budget)),
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
    public static List<object?> Pairs(DictionaryValue dictionary, TemplateBudget budget)
    {
        budget.SpendEntries(dictionary.Items.Count);
        return [.. dictionary.Items.Select(item => new SequenceValue([item.Key, item.Value], SequenceKind.Tuple))];
    }

    private static FunctionValue View(
        string name,
        SequenceKind kind,
        DictionaryValue dictionary,
        TemplateBudget budget,
        Func<List<object?>> items) => new(name, arguments =>
    {
        arguments.Bind(name);
        budget.Spend(dictionary.Items.Count);
        return new SequenceValue(items(), kind);
    });

    private static object? Get(DictionaryValue dictionary, CallArguments arguments, TemplateBudget budget)
    {
        object?[] bound = arguments.Bind("get", "key", "default?");
        return dictionary.TryGet(bound[0], budget, out object? value) ? value : CallArguments.IsAbsent(bound[1]) ? null : bound[1];
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
