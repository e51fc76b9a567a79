namespace Microsoft.ML.Data;

/// <summary>Added columns as a list of getters and something to release.</summary>
internal sealed class AddedValues : IAddedValues
{
    private readonly IReadOnlyList<Delegate> _getters;
    private Action _release;

    public AddedValues(IReadOnlyList<Delegate> getters, Action release = null)
    {
        _getters = getters;
        _release = release;
    }

    public Delegate Getter(int added) => _getters[added];

    public void Dispose()
    {
        _release?.Invoke();
        _release = null;
    }
}
