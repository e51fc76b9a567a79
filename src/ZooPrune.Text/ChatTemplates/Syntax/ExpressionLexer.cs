using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>Reads the words of one tag: names, numbers, strings, operators, up to the end of the tag.</summary>
/// <param name="source">The whole template.</param>
/// <param name="end">"%}" or "}}"; within brackets it is no end.</param>
internal sealed class ExpressionLexer(string source, string end)
{
    private static readonly string[] Operators =
    [
        "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
    ];

    // Every use of a name costs its length.
    private const int LongestName = 200;

    private readonly Stack<char> _open = new();

    /// <summary>Where the last word ended.</summary>
    public int Position { get; private set; }

    /// <summary>'-' or '+' before the end of the tag, else a blank.</summary>
    public char EndSign { get; private set; } = ' ';

    /// <summary>The word at a position; <see cref="TemplateTokenKind.End"/> stands for white space.</summary>
    public TemplateToken Next(int at)
    {
        Position = at;
        if (at >= source.Length)
        {
            throw Throw.TemplateSyntax("the template ends within a tag", $"'{end}'");
        }

        char first = source[at];
        if (TemplateText.IsSpace(first))
        {
            Position++;
            return new TemplateToken(TemplateTokenKind.End, " ", 0);
        }

        return _open.Count == 0 && ReachesEnd(at) ? new TemplateToken(TemplateTokenKind.BlockEnd, end, 0)
            : first is >= '0' and <= '9' ? Number()
            : first == '_' || char.IsLetter(first) ? Name()
            : first is '\'' or '"' ? String(first)
            : Operator();
    }

    private bool ReachesEnd(int at)
    {
        bool hasSign = source[at] == '-' || (source[at] == '+' && end == "%}");
        int position = hasSign ? at + 1 : at;
        if (!source.AsSpan(position).StartsWith(end, StringComparison.Ordinal))
        {
            return false;
        }

        EndSign = hasSign ? source[at] : ' ';
        Position = position + end.Length;
        return true;
    }

    private TemplateToken Number()
    {
        int start = Position;
        bool afterDot = start > 0 && source[start - 1] == '.';
        SkipDigits();
        bool isFloat = false;
        if (!afterDot)
        {
            isFloat = SkipFraction() | SkipExponent();
        }

        string text = source[start..Position];
        if (Position < source.Length && IsNamePart(source[Position]))
        {
            throw Throw.TemplateUnsupported($"the number '{text}{source[Position]}'");
        }

        return !isFloat && text.Length > 1 && text[0] == '0' && text.Trim('0', '_').Length > 0
            ? throw Throw.TemplateSyntax($"the number '{text}' starts with 0", "a decimal number")
            : new TemplateToken(isFloat ? TemplateTokenKind.Float : TemplateTokenKind.Integer, text.Replace("_", "", StringComparison.Ordinal), 0);
    }

    private void SkipDigits()
    {
        while (Position < source.Length
            && (char.IsAsciiDigit(source[Position]) || (source[Position] == '_' && char.IsAsciiDigit(Peek(1)))))
        {
            Position++;
        }
    }

    private bool SkipFraction()
    {
        if (Peek(0) != '.' || !char.IsAsciiDigit(Peek(1)))
        {
            return false;
        }

        Position++;
        SkipDigits();
        return true;
    }

    private bool SkipExponent()
    {
        int sign = Peek(1) is '+' or '-' ? 1 : 0;
        if (Peek(0) is not ('e' or 'E') || !char.IsAsciiDigit(Peek(1 + sign)))
        {
            return false;
        }

        Position += 1 + sign;
        SkipDigits();
        return true;
    }

    private char Peek(int ahead) => Position + ahead < source.Length ? source[Position + ahead] : '\0';

    private TemplateToken Name()
    {
        int start = Position;
        while (Position < source.Length && IsNamePart(source[Position]))
        {
            Position++;
        }

        return Position - start <= LongestName
            ? new TemplateToken(TemplateTokenKind.Name, source[start..Position], 0)
            : throw Throw.TemplateLimit("the length of a name", LongestName);
    }

    private static bool IsNamePart(char character) => character == '_' || char.IsLetterOrDigit(character);

    private TemplateToken String(char quote)
    {
        var text = new StringBuilder();
        for (int at = Position + 1; at < source.Length; at++)
        {
            if (source[at] == quote)
            {
                Position = at + 1;
                return new TemplateToken(TemplateTokenKind.String, text.ToString(), 0);
            }

            if (source[at] == '\\')
            {
                at = Escape(at + 1, text);
            }
            else
            {
                text.Append(source[at]);
            }
        }

        throw Throw.TemplateSyntax($"a string that starts with {quote} is not closed", $"another {quote}");
    }

    /// <summary>What a backslash and its followers stand for in Python.</summary>
    /// <returns>Index of the last character that was used.</returns>
    private int Escape(int at, StringBuilder text)
    {
        char kind = at < source.Length ? source[at] : '\0';
        switch (kind)
        {
            case 'x':
                return Code(at, 2, text);
            case 'u':
                return Code(at, 4, text);
            case 'U':
                return Code(at, 8, text);
            case '\n':
                return at;
            case 'N' or (>= '0' and <= '7') or > '~':
                throw Throw.TemplateUnsupported($"the escape '\\{kind}' in a string");
        }

        int known = "nrtabfv\\'\"".IndexOf(kind, StringComparison.Ordinal);
        text.Append(known >= 0 ? "\n\r\t\a\b\f\v\\'\""[known] : $"\\{kind}");
        return at;
    }

    private int Code(int at, int digits, StringBuilder text)
    {
        string hex = at + digits < source.Length ? source.Substring(at + 1, digits) : "";
        if (!int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || !Rune.IsValid(code))
        {
            throw Throw.TemplateSyntax($"'\\{source[at]}{hex}' in a string is no character", $"{digits} hexadecimal digits");
        }

        text.Append(char.ConvertFromUtf32(code));
        return at + digits;
    }

    private TemplateToken Operator()
    {
        string text = Array.Find(Operators, op => source.AsSpan(Position).StartsWith(op, StringComparison.Ordinal))
            ?? throw Throw.TemplateSyntax($"the character '{source[Position]}' stands within a tag", "names, numbers, strings and operators");
        if (text is "(" or "[" or "{")
        {
            _open.Push(text == "(" ? ')' : text == "[" ? ']' : '}');
        }
        else if (text is ")" or "]" or "}" && (!_open.TryPop(out char expected) || expected != text[0]))
        {
            throw Throw.TemplateSyntax($"'{text}' closes nothing", "brackets in pairs");
        }

        Position += text.Length;
        return new TemplateToken(TemplateTokenKind.Operator, text, 0);
    }
}
