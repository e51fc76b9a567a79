using System.Text.RegularExpressions;

namespace ZooPrune.Text;

/// <summary>The regular expressions that most byte-level tokenizers use, compiled when ZooPrune is built.</summary>
/// <remarks>
/// As in the files, but for "long s" (U+017F), which equals s without regard to case where they were written for (Oniguruma).
/// </remarks>
internal static partial class KnownPatterns
{
    /// <summary>GPT-2's expression, also that of the ByteLevel pre-tokenizer.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string ContractionsWithLongS = "(?i:'s|'\u017F|'t|'re|'ve|'m|'ll|'d)";
    private const string LettersAfterOneOther = @"|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string OthersAndSpaces = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2Rest = LettersAfterOneOther + @"\p{N}" + OthersAndSpaces;
    private const string Llama3Rest = LettersAfterOneOther + @"\p{N}{1,3}" + OthersAndSpaces;

    /// <summary>The compiled expression, or null where the pattern is none of these.</summary>
    public static Regex? Find(string pattern) => pattern switch
    {
        Gpt2 => Gpt2Regex(),
        Contractions + Qwen2Rest => Qwen2Regex(),
        Contractions + Llama3Rest => Llama3Regex(),
        _ => null,
    };

    /// <summary>What cuts a text as the expression does, or null where the pattern is none of these.</summary>
    public static WordScanner? FindScanner(string pattern) => pattern switch
    {
        Gpt2 => WordScanner.Gpt2,
        Contractions + Qwen2Rest => WordScanner.Qwen2,
        Contractions + Llama3Rest => WordScanner.Llama3,
        _ => null,
    };

    [GeneratedRegex(Gpt2, RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Regex();

    [GeneratedRegex(ContractionsWithLongS + Qwen2Rest, RegexOptions.CultureInvariant)]
    private static partial Regex Qwen2Regex();

    [GeneratedRegex(ContractionsWithLongS + Llama3Rest, RegexOptions.CultureInvariant)]
    private static partial Regex Llama3Regex();
}
