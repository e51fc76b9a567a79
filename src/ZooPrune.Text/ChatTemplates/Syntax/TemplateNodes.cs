namespace ZooPrune.Text;

/// <summary>A part of a parsed template; immutable.</summary>
/// <param name="Line">Where it starts, from 1.</param>
internal abstract record TemplateNode(int Line);

/// <summary>What gives a value.</summary>
internal abstract record TemplateExpression(int Line) : TemplateNode(Line);

internal sealed record LiteralExpression(int Line, object? Value) : TemplateExpression(Line);

internal sealed record NameExpression(int Line, string Name) : TemplateExpression(Line);

internal sealed record SequenceExpression(int Line, IReadOnlyList<TemplateExpression> Items, SequenceKind Kind) : TemplateExpression(Line);

internal sealed record DictionaryExpression(int Line, IReadOnlyList<(TemplateExpression Key, TemplateExpression Value)> Items)
    : TemplateExpression(Line);

/// <summary>"not", "-" or "+" before a value.</summary>
internal sealed record UnaryExpression(int Line, string Operator, TemplateExpression Operand) : TemplateExpression(Line);

/// <summary>Arithmetic, "and" and "or".</summary>
internal sealed record BinaryExpression(int Line, string Operator, TemplateExpression Left, TemplateExpression Right)
    : TemplateExpression(Line);

/// <summary>a ~ b ~ c.</summary>
internal sealed record ConcatenationExpression(int Line, IReadOnlyList<TemplateExpression> Items) : TemplateExpression(Line);

/// <summary>a &lt; b &lt;= c, in, not in.</summary>
internal sealed record ComparisonExpression(
    int Line, TemplateExpression First, IReadOnlyList<(string Operator, TemplateExpression Operand)> Rest) : TemplateExpression(Line);

/// <summary>a if b else c; without c it is undefined where b is false.</summary>
internal sealed record ConditionalExpression(int Line, TemplateExpression Condition, TemplateExpression Then, TemplateExpression? Else)
    : TemplateExpression(Line);

/// <summary>a.name.</summary>
internal sealed record MemberExpression(int Line, TemplateExpression Target, string Name) : TemplateExpression(Line);

/// <summary>a[key].</summary>
internal sealed record IndexExpression(int Line, TemplateExpression Target, TemplateExpression Key) : TemplateExpression(Line);

/// <summary>a[start:stop:step].</summary>
internal sealed record SliceExpression(
    int Line, TemplateExpression Target, TemplateExpression? Start, TemplateExpression? Stop, TemplateExpression? Step)
    : TemplateExpression(Line);

internal sealed record CallExpression(int Line, TemplateExpression Target, ArgumentExpressions Arguments) : TemplateExpression(Line);

/// <summary>a | name(...); without an input in a {% filter %} or {% set x | name %} block, where it is the block's text.</summary>
internal sealed record FilterExpression(int Line, TemplateExpression? Input, string Name, ArgumentExpressions Arguments)
    : TemplateExpression(Line);

/// <summary>a is name(...).</summary>
internal sealed record TestExpression(int Line, TemplateExpression Input, string Name, ArgumentExpressions Arguments)
    : TemplateExpression(Line);

internal sealed record ArgumentExpressions(
    IReadOnlyList<TemplateExpression> Positional, IReadOnlyList<(string Name, TemplateExpression Value)> Named)
{
    public static ArgumentExpressions None { get; } = new([], []);
}

/// <summary>What writes or changes something.</summary>
internal abstract record TemplateStatement(int Line) : TemplateNode(Line);

internal sealed record TextStatement(int Line, string Text) : TemplateStatement(Line);

internal sealed record PrintStatement(int Line, TemplateExpression Value) : TemplateStatement(Line);

internal sealed record IfStatement(
    int Line,
    IReadOnlyList<(TemplateExpression Condition, IReadOnlyList<TemplateStatement> Body)> Branches,
    IReadOnlyList<TemplateStatement> Else) : TemplateStatement(Line);

internal sealed record ForStatement(
    int Line,
    IReadOnlyList<string> Targets,
    TemplateExpression Items,
    TemplateExpression? Condition,
    IReadOnlyList<TemplateStatement> Body,
    IReadOnlyList<TemplateStatement> Else) : TemplateStatement(Line);

/// <summary>Where a value goes: a variable, or a member of a namespace.</summary>
internal readonly record struct AssignmentTarget(string Name, string? Member);

internal sealed record SetStatement(int Line, IReadOnlyList<AssignmentTarget> Targets, TemplateExpression Value) : TemplateStatement(Line);

/// <summary>{% set a %}...{% endset %}; the filter, if any, takes the text.</summary>
internal sealed record SetBlockStatement(
    int Line, AssignmentTarget Target, FilterExpression? Filter, IReadOnlyList<TemplateStatement> Body) : TemplateStatement(Line);

internal sealed record MacroStatement(
    int Line, string Name, IReadOnlyList<(string Name, TemplateExpression? Default)> Parameters, IReadOnlyList<TemplateStatement> Body)
    : TemplateStatement(Line);

internal sealed record FilterStatement(int Line, FilterExpression Filter, IReadOnlyList<TemplateStatement> Body) : TemplateStatement(Line);

/// <summary>{% with a = 1 %}, and {% generation %} with no variables: a scope of its own.</summary>
internal sealed record ScopeStatement(
    int Line, IReadOnlyList<(string Name, TemplateExpression Value)> Variables, IReadOnlyList<TemplateStatement> Body)
    : TemplateStatement(Line);

internal sealed record BreakStatement(int Line) : TemplateStatement(Line);

internal sealed record ContinueStatement(int Line) : TemplateStatement(Line);
