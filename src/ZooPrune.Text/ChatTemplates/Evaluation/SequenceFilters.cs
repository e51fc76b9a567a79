namespace ZooPrune.Text;

/// <summary>Jinja's filters over several values.</summary>
/// <param name="functions">Knows the other filters and the tests, which some of these take by name.</param>
/// <param name="budget">What the rendering may take.</param>
internal sealed class SequenceFilters(TemplateFunctions functions, TemplateBudget budget)
{
    public static bool Has(string name) => name is "first" or "last" or "list" or "join" or "items" or "reverse" or "sort" or "unique"
        or "dictsort" or "map" or "select" or "reject" or "selectattr" or "rejectattr" or "min" or "max" or "sum";

    public object? Apply(string name, object? value, CallArguments arguments) => name switch
    {
        "first" => First(value, arguments),
        "last" => Last(value, arguments),
        "list" => new SequenceValue(Items(name, value, arguments)),
        "join" => Join(value, arguments),
        "items" => Pairs(value, arguments),
        "reverse" => Reverse(value, arguments),
        "sort" => Sort(value, arguments),
        "unique" => Unique(value, arguments),
        "dictsort" => SortPairs(value, arguments),
        "map" => Map(value, arguments),
        "select" or "reject" => Lazy(Walk(value).Where(Chosen(arguments, 0, isSelected: name == "select"))),
        "selectattr" or "rejectattr" => SelectByAttribute(name, value, arguments),
        "min" or "max" => Extreme(name, value, arguments),
        _ => Sum(value, arguments),
    };

    private static SequenceValue Lazy(IEnumerable<object?> items) => new([.. items], SequenceKind.Generator);

    private IReadOnlyList<object?> Items(string name, object? value, CallArguments arguments)
    {
        arguments.Bind(name);
        return Walk(value);
    }

    private IReadOnlyList<object?> Walk(object? value) => ValueAccess.Walk(value, budget);

    private object? First(object? value, CallArguments arguments)
    {
        arguments.Bind("first");
        return value switch
        {
            SequenceValue sequence when sequence.TryFirst(out object? first) => first,
            string { Length: > 0 } text => TemplateText.First(text),
            DictionaryValue { Items: [var (key, _), ..] } => key,
            _ when value is SequenceValue || Walk(value).Count == 0 => new UndefinedValue("the first of no values"),
            _ => Walk(value)[0],
        };
    }

    private object? Last(object? value, CallArguments arguments)
    {
        arguments.Bind("last");
        return value is SequenceValue { Kind: SequenceKind.Generator }
            ? throw Throw.TemplateType("the last of a generator is asked for", "a list; the filter 'list' makes one")
            : Walk(value) is [.., var last] ? last : new UndefinedValue("the last of no values");
    }

    private string Join(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("join", "d?", "attribute?");
        string separator = CallArguments.IsAbsent(bound[0]) ? "" : ValueText.Print(bound[0], budget);
        IReadOnlyList<object?> items = Walk(value);
        List<string> parts = [.. (IsGiven(bound[1]) ? items.Select(item => ValueAccess.Path(item, bound[1], budget)) : items)
            .Select(item => ValueText.Print(item, budget))];
        budget.SpendText(parts.Sum(part => (long)part.Length + separator.Length));
        return string.Join(separator, parts);
    }

    private SequenceValue Pairs(object? value, CallArguments arguments)
    {
        arguments.Bind("items");
        return value switch
        {
            UndefinedValue => Lazy([]),
            DictionaryValue dictionary => Lazy(CollectionMethods.Pairs(dictionary, budget)),
            _ => throw Throw.TemplateType($"'items' gets {ValueText.TypeName(value)}", "a dictionary"),
        };
    }

    private object? Reverse(object? value, CallArguments arguments)
    {
        IReadOnlyList<object?> items = Items("reverse", value, arguments);
        return value is string ? string.Concat(items.Reverse()) : Lazy(items.Reverse());
    }

    private SequenceValue Sort(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("sort", "reverse?", "case_sensitive?", "attribute?");
        Func<object?, object?> key = Key(bound[1], bound[2]);
        return new SequenceValue(Sorted(Walk(value), key, CallArguments.Flag(bound[0])));
    }

    /// <summary>In a stable order; also when it is reversed equal values stay as they were.</summary>
    private List<object?> Sorted(IReadOnlyList<object?> items, Func<object?, object?> key, bool isReversed)
    {
        var order = Comparer<object?>.Create((left, right) => ValueComparison.Order(left, right, budget));
        try
        {
            return [.. isReversed ? items.OrderByDescending(key, order) : items.OrderBy(key, order)];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is TemplateFault fault)
        {
            throw fault;
        }
    }

    private SequenceValue Unique(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("unique", "case_sensitive?", "attribute?");
        Func<object?, object?> key = Key(bound[0], bound[1]);
        var seen = new DictionaryValue();
        return Lazy([.. Walk(value).Where(item =>
        {
            object? one = key(item);
            bool isNew = !seen.TryGet(one, budget, out _);
            seen.Set(one, item, budget);
            return isNew;
        })]);
    }

    private SequenceValue SortPairs(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("dictsort", "case_sensitive?", "by?", "reverse?");
        bool isByValue = IsGiven(bound[1]) && CallArguments.Text("dictsort", bound[1]) is var by
            && (by == "value" || (by == "key" ? false : throw Throw.TemplateArguments("dictsort", $"'{by}'", "'key' or 'value'")));
        if (value is not DictionaryValue dictionary)
        {
            throw Throw.TemplateType($"'dictsort' gets {ValueText.TypeName(value)}", "a dictionary");
        }

        Func<object?, object?> key = Key(bound[0], isByValue ? 1L : 0L);
        return new SequenceValue(Sorted(CollectionMethods.Pairs(dictionary, budget), key, CallArguments.Flag(bound[2])));
    }

    private SequenceValue Map(object? value, CallArguments arguments)
    {
        IReadOnlyList<object?> items = Walk(value);
        if (arguments.Positional.Count > 0)
        {
            string filter = CallArguments.Text("map", arguments.Positional[0]);
            var rest = new CallArguments([.. arguments.Positional.Skip(1)], arguments.Named);
            return Lazy([.. items.Select(item => functions.Filter(filter, item, rest))]);
        }

        object?[] bound = arguments.Bind("map", "attribute", "default?");
        return Lazy([.. items.Select(item => ValueAccess.Path(item, bound[0], budget) is var found && found is UndefinedValue && IsGiven(bound[1])
            ? bound[1]
            : found)]);
    }

    private SequenceValue SelectByAttribute(string name, object? value, CallArguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            throw Throw.TemplateArguments(name, "nothing", "(attribute, test?, arguments of the test?)");
        }

        object? attribute = arguments.Positional[0];
        Func<object?, bool> isChosen = Chosen(arguments, 1, isSelected: name == "selectattr");
        return Lazy([.. Walk(value).Where(item => isChosen(ValueAccess.Path(item, attribute, budget)))]);
    }

    /// <summary>The test that some arguments name, or truth where they name none.</summary>
    private Func<object?, bool> Chosen(CallArguments arguments, int from, bool isSelected)
    {
        if (arguments.Positional.Count <= from)
        {
            return item => ValueComparison.IsTrue(item) == isSelected;
        }

        string test = CallArguments.Text("select", arguments.Positional[from]);
        var rest = new CallArguments([.. arguments.Positional.Skip(from + 1)], arguments.Named);
        return item => functions.Test(test, item, rest) == isSelected;
    }

    private object? Extreme(string name, object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind(name, "case_sensitive?", "attribute?");
        Func<object?, object?> key = Key(bound[0], bound[1]);
        IReadOnlyList<object?> items = Walk(value);
        if (items.Count == 0)
        {
            return new UndefinedValue($"the {name} of no values");
        }

        object? best = items[0];
        foreach (object? item in items.Skip(1))
        {
            int order = ValueComparison.Order(key(item), key(best), budget);
            best = name == "min" ? (order < 0 ? item : best) : order > 0 ? item : best;
        }

        return best;
    }

    private object? Sum(object? value, CallArguments arguments)
    {
        object?[] bound = arguments.Bind("sum", "attribute?", "start?");
        object? sum = CallArguments.IsAbsent(bound[1]) ? 0L : bound[1];
        foreach (object? item in Walk(value))
        {
            sum = ValueArithmetic.Calculate("+", sum, IsGiven(bound[0]) ? ValueAccess.Path(item, bound[0], budget) : item, budget);
        }

        return sum;
    }

    /// <summary>What values are compared by: an attribute or themselves, texts in lower case unless case counts.</summary>
    private Func<object?, object?> Key(object? isCaseSensitive, object? attribute) => item =>
    {
        object? value = IsGiven(attribute) ? ValueAccess.Path(item, attribute, budget) : item;
        if (value is not string text || CallArguments.Flag(isCaseSensitive))
        {
            return value;
        }

        budget.SpendText(text.Length);
        return TemplateText.Lower(text);
    };

    private static bool IsGiven(object? argument) => argument is not null && !CallArguments.IsAbsent(argument);
}
