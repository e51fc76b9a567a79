namespace ZooPrune.Text;

/// <summary>Variables of a block. What is set within a loop or macro is not seen outside, as in Jinja.</summary>
/// <param name="outer">Where to look next; null for the outermost.</param>
internal sealed class TemplateScope(TemplateScope? outer)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _variables[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (TemplateScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out value))
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    private TemplateScope? Outer => outer;
}
