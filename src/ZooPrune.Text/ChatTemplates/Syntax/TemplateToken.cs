namespace ZooPrune.Text;

internal enum TemplateTokenKind
{
    Text,
    BlockBegin,
    BlockEnd,
    PrintBegin,
    PrintEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A piece of a template: text between tags, the edge of a tag, or a word within one.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text; of a string what it stands for.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line)
{
    public override string ToString() => Kind == TemplateTokenKind.End ? "the end of the template" : $"'{Text}'";
}
