using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ZooPrune.Shell;

/// <summary>
/// Options of System.CommandLine whose values are read and checked while the line is parsed, with messages that say what is expected.
/// </summary>
internal static class TypedOption
{
    /// <summary>An option that takes one value.</summary>
    /// <param name="name">"--name".</param>
    /// <param name="valueName">What --help calls the value.</param>
    /// <param name="description">What --help says.</param>
    /// <param name="parse">Makes the value of what was typed, which is not empty; throws a <see cref="UsageException"/> where that cannot
    /// be.</param>
    /// <param name="otherwise">The value where nothing was typed; --help shows it unless it is null or 0.</param>
    public static Option<T> Create<T>(string name, string valueName, string description, Func<string, T> parse, T? otherwise = default)
    {
        Option<T> option = new(name)
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Read(result, name, valueName, tokens => parse(tokens[0].Value)),
        };
        if (!EqualityComparer<T>.Default.Equals(otherwise, default))
        {
            option.DefaultValueFactory = _ => otherwise!;
        }

        return option;
    }

    /// <summary>An option that takes a value and may be given several times.</summary>
    public static Option<IReadOnlyList<T>?> CreateRepeated<T>(string name, string valueName, string description, Func<string, T> parse) =>
        new(name)
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
                Read<IReadOnlyList<T>>(result, name, valueName, tokens => [.. tokens.Select(token => parse(token.Value))]),
        };

    /// <summary>A list of values, separated by commas.</summary>
    public static Option<IReadOnlyList<T>?> CreateList<T>(string name, string valueName, string description, Func<string, T> parse) =>
        Create<IReadOnlyList<T>?>(name, valueName, description, text => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(parse)]);

    /// <summary>An option that takes a text.</summary>
    public static Option<string?> Text(string name, string valueName, string description, string? otherwise = null) =>
        Create<string?>(name, valueName, description, text => text, otherwise);

    /// <summary>An option that takes one of some words; the first value of the type where nothing was typed.</summary>
    public static Option<T> Choice<T>(string name, string valueName, string description, Choices<T> choices)
    {
        Option<T> option = Create(name, valueName, description, text => choices.Parse(name, text));
        option.CompletionSources.Clear();
        option.CompletionSources.Add([.. choices.Words]);
        return option;
    }

    /// <summary>An option that takes a whole number; null where nothing was typed.</summary>
    public static Option<int?> Number(string name, string description, int atLeast = 1) =>
        Create<int?>(name, "N", description, text => ParseNumber(name, text, atLeast));

    /// <summary>An option that takes a number of threads or the like, 1 to <paramref name="atMost"/>; null where nothing was
    /// typed.</summary>
    public static Option<int?> NumberUpTo(string name, string description, int atMost) =>
        Create<int?>(name, "N", description, text => ParseNumber(name, text, 1, atMost));

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int> Number(string name, string description, int atLeast, int otherwise, int atMost = int.MaxValue) =>
        Create(name, "N", description, text => ParseNumber(name, text, atLeast, atMost), otherwise);

    /// <summary>An option that takes the name of a file to be.</summary>
    public static Option<string?> OutputFile(string name, string description) => Create<string?>(name, "FILE", description, path =>
    {
        Shell.OutputFile.Check(name, path);
        return path;
    });

    /// <summary>--force of a command that writes files.</summary>
    public static Option<bool> Force() => Switch("--force", "Replace files that are there already.");

    /// <summary>A switch.</summary>
    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    /// <summary>Makes <paramref name="option"/> an error without <paramref name="other"/>.</summary>
    public static void Require(this Command command, Option option, Option other) => command.Validators.Add(result =>
    {
        if (result.GetResult(option) is { Implicit: false } && result.GetResult(other) is null or { Implicit: true })
        {
            result.AddError(Throw.OptionNeeds(option.Name, other.Name).Message);
        }
    });

    /// <summary>Makes <paramref name="option"/> an error together with <paramref name="other"/>.</summary>
    public static void Exclude(this Command command, Option option, Option other) => command.Validators.Add(result =>
    {
        if (result.GetResult(option) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
        {
            result.AddError(Throw.OptionsExclude(option.Name, other.Name).Message);
        }
    });

    /// <summary>Reads a budget, "64" or "11%".</summary>
    /// <exception cref="UsageException">It is no number, not positive or over 100 %.</exception>
    public static KeepBudget ParseKeep(string option, string text) =>
        KeepBudget.TryParse(text, CultureInfo.InvariantCulture, out KeepBudget keep)
        ? keep
        : throw Throw.BadOption(option, text, "a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 (11%)");

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="UsageException">It is none, too large or too small.</exception>
    public static T ParseNumber<T>(string option, string text, T atLeast)
        where T : System.Numerics.IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T? number) && number >= atLeast
            ? number
            : throw Throw.BadOption(option, text, $"a whole number of at least {atLeast}");

    /// <summary>Reads a number.</summary>
    /// <param name="option">The option it was given for, for the message.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="atLeast">The smallest that is taken.</param>
    /// <param name="atMost">The largest that is taken.</param>
    /// <param name="expected">What the message says is expected.</param>
    /// <exception cref="UsageException">It is none, too large or too small.</exception>
    public static float ParseSingle(string option, string text, float atLeast, float atMost, string expected) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && number >= atLeast && number <= atMost
            ? number
            : throw Throw.BadOption(option, text, expected);

    /// <summary>Reads a whole number in a range.</summary>
    /// <exception cref="UsageException">It is none, too large or too small.</exception>
    public static int ParseNumber(string option, string text, int atLeast, int atMost) =>
        ParseNumber(option, text, atLeast) is var number && number <= atMost
            ? number
            : throw Throw.BadOption(option, text, FormattableString.Invariant($"a whole number from {atLeast} to {atMost:N0}"));

    private static T? Read<T>(ArgumentResult result, string name, string valueName, Func<IReadOnlyList<Token>, T> parse)
    {
        try
        {
            return result.Tokens.FirstOrDefault(token => string.IsNullOrWhiteSpace(token.Value)) is { } empty
                ? throw Throw.BadOption(name, empty.Value, valueName, "give one or leave the option out")
                : parse(result.Tokens);
        }
        catch (UsageException exception)
        {
            result.AddError(exception.Message);
            return default;
        }
    }
}

/// <summary>The words that an option may take, each with what it means. Case and hyphens do not count.</summary>
/// <param name="entries">Words and meanings, in the order in which they are listed to the user.</param>
internal sealed class Choices<T>(params (string Name, T Value)[] entries)
{
    /// <summary>The words and what they mean.</summary>
    public IReadOnlyList<(string Name, T Value)> Entries => entries;

    /// <summary>The words.</summary>
    public IEnumerable<string> Words => entries.Select(entry => entry.Name);

    /// <summary>The words, separated by commas.</summary>
    public override string ToString() => string.Join(", ", Words);

    /// <summary>What <paramref name="text"/> means.</summary>
    /// <param name="option">The option it was given for, for the message.</param>
    /// <param name="text">A word.</param>
    /// <exception cref="UsageException">It is none of the words.</exception>
    public T Parse(string option, string text)
    {
        foreach ((string name, T value) in entries)
        {
            if (string.Equals(Plain(name), Plain(text), StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        throw Throw.BadOption(option, text, $"one of {this}", "choose one of these");
    }

    /// <summary>The word for <paramref name="wanted"/>.</summary>
    public string NameOf(T wanted) => entries.First(entry => Equals(entry.Value, wanted)).Name;

    private static string Plain(string word) => word.Replace("-", "", StringComparison.Ordinal);
}
