namespace ZooPrune.Text;

/// <summary>
/// Cuts a template into text and tags, with the white space around tags as Jinja removes it under trim_blocks and lstrip_blocks:
/// a block or comment takes the blanks before it on its line and the line break after it; "-" takes all white space, "+" none.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;

    private TemplateLexer(string source) => _source = source;

    /// <summary>Line that was reached, from 1; where a fault was found.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The tokens of a template, with <see cref="TemplateTokenKind.End"/> at the end.</summary>
    /// <param name="source">The template, with "\n" as line break.</param>
    /// <param name="line">Line that was reached, also where it ends with a fault.</param>
    /// <exception cref="TemplateFault">A tag is not closed, or a character belongs to no token.</exception>
    public static List<TemplateToken> Read(string source, out int line)
    {
        line = 1;
        var lexer = new TemplateLexer(source);
        try
        {
            lexer.Run();
            return lexer._tokens;
        }
        finally
        {
            line = lexer.Line;
        }
    }

    private void Run()
    {
        while (NextTag() is int tag and >= 0)
        {
            char kind = _source[tag + 1];
            char sign = Sign(tag + 2);
            int inside = tag + (sign == ' ' ? 2 : 3);
            AddText(tag, kind == '{' && sign != '-' ? '+' : sign);
            switch (kind)
            {
                case '#':
                    SkipComment(inside);
                    break;
                case '%' when RawBegins(inside) is int raw and >= 0:
                    ReadRaw(raw);
                    break;
                default:
                    ReadTag(tag, inside, isBlock: kind == '%');
                    break;
            }
        }

        Add(TemplateTokenKind.Text, _source[_at..]);
        MoveTo(_source.Length);
        Add(TemplateTokenKind.End, "end");
    }

    private int NextTag()
    {
        int tag = _at - 1;
        do
        {
            tag = _source.IndexOf('{', tag + 1);
        }
        while (tag >= 0 && (tag + 1 == _source.Length || _source[tag + 1] is not ('{' or '%' or '#')));

        return tag;
    }

    private char Sign(int at) => at < _source.Length && _source[at] is '-' or '+' ? _source[at] : ' ';

    /// <summary>The text up to a tag, less the white space that the tag takes.</summary>
    private void AddText(int tag, char sign)
    {
        string text = _source[_at..tag];
        bool startsLine = _at == 0 || _source[_at - 1] == '\n';
        if (sign == '-')
        {
            text = TemplateText.TrimEnd(text);
        }
        else if (sign == ' ')
        {
            int line = text.LastIndexOf('\n') + 1;
            if ((line > 0 || startsLine) && TemplateText.IsBlank(text.AsSpan(line)))
            {
                text = text[..line];
            }
        }

        Add(TemplateTokenKind.Text, text);
        MoveTo(tag);
    }

    private void SkipComment(int inside)
    {
        int end = _source.IndexOf("#}", inside, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Throw.TemplateSyntax("a comment '{#' is not closed", "'#}'");
        }

        EndBlock(end + 2, end > inside ? _source[end - 1] : ' ');
    }

    /// <summary>Where the text of {% raw %} begins; -1 if this is another tag.</summary>
    private int RawBegins(int inside)
    {
        int at = SkipWord(inside, "raw");
        if (at < 0)
        {
            return -1;
        }

        bool strips = Sign(at) == '-';
        at += strips ? 1 : 0;
        return !Follows(at, "%}") ? -1 : strips ? SkipSpace(at + 2) : at + 2;
    }

    private void ReadRaw(int begin)
    {
        MoveTo(begin);
        for (int tag = begin; (tag = _source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag += 2)
        {
            char sign = Sign(tag + 2);
            int end = SkipWord(tag + (sign == ' ' ? 2 : 3), "endraw");
            if (end < 0)
            {
                continue;
            }

            char endSign = Sign(end);
            end += endSign == ' ' ? 0 : 1;
            if (Follows(end, "%}"))
            {
                AddText(tag, sign);
                EndBlock(end + 2, endSign);
                return;
            }
        }

        throw Throw.TemplateSyntax("'{% raw %}' is not closed", "'{% endraw %}'");
    }

    private void ReadTag(int tag, int inside, bool isBlock)
    {
        Add(isBlock ? TemplateTokenKind.BlockBegin : TemplateTokenKind.PrintBegin, _source[tag..inside]);
        MoveTo(inside);
        var words = new ExpressionLexer(_source, isBlock ? "%}" : "}}");
        while (words.Next(_at) is var word && word.Kind is not (TemplateTokenKind.BlockEnd or TemplateTokenKind.PrintEnd))
        {
            if (word.Kind != TemplateTokenKind.End)
            {
                _tokens.Add(word with { Line = Line });
            }

            MoveTo(words.Position);
        }

        Add(isBlock ? TemplateTokenKind.BlockEnd : TemplateTokenKind.PrintEnd, isBlock ? "%}" : "}}");
        if (isBlock)
        {
            EndBlock(words.Position, words.EndSign);
        }
        else
        {
            MoveTo(words.EndSign == '-' ? SkipSpace(words.Position) : words.Position);
        }
    }

    private void EndBlock(int end, char sign) =>
        MoveTo(sign == '-' ? SkipSpace(end) : sign != '+' && Follows(end, "\n") ? end + 1 : end);

    private int SkipWord(int at, string word)
    {
        at = SkipSpace(at);
        return Follows(at, word) ? SkipSpace(at + word.Length) : -1;
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && TemplateText.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private bool Follows(int at, string text) => _source.AsSpan(Math.Min(at, _source.Length)).StartsWith(text, StringComparison.Ordinal);

    private void Add(TemplateTokenKind kind, string text)
    {
        if (kind != TemplateTokenKind.Text || text.Length > 0)
        {
            _tokens.Add(new TemplateToken(kind, text, Line));
        }
    }

    private void MoveTo(int position)
    {
        Line += _source.AsSpan(_at, position - _at).Count('\n');
        _at = position;
    }
}
