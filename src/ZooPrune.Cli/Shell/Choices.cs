namespace ZooPrune.Cli;

/// <summary>The words that an option may take, each with what it means. Case and hyphens do not count.</summary>
/// <param name="entries">Words and meanings, in the order in which they are listed to the user.</param>
internal sealed class Choices<T>(params (string Name, T Value)[] entries)
{
    /// <summary>The words, separated by commas.</summary>
    public override string ToString() => string.Join(", ", entries.Select(entry => entry.Name));

    /// <summary>What <paramref name="text"/> means.</summary>
    /// <param name="option">The option it was given for, for the message.</param>
    /// <param name="text">A word.</param>
    /// <exception cref="UsageException">It is none of the words.</exception>
    public T Parse(string option, string text)
    {
        foreach ((string name, T value) in entries)
        {
            if (string.Equals(name, text.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        throw Throw.BadOption(option, text, $"one of {this}", "choose one of these");
    }

    /// <summary>The word for <paramref name="wanted"/>.</summary>
    public string NameOf(T wanted) => entries.First(entry => Equals(entry.Value, wanted)).Name;
}
