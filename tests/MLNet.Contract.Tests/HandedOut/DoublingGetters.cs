using Microsoft.ML;

namespace ZooPrune.Contract;

/// <summary>The getters of one row or cursor; the value is computed once per position.</summary>
internal sealed class DoublingGetters(DoublingMapper mapper, DataViewRow input, HashSet<int> active)
{
    private readonly ValueGetter<float>? _getInput = active.Contains(mapper.OutputIndex)
        ? input.GetGetter<float>(mapper.InputSchema[mapper.Doubling.Input])
        : null;

    private long _computedAt = -1;
    private float _value;

    public bool IsActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public ValueGetter<TValue> Get<TValue>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
            throw new ArgumentOutOfRangeException(nameof(column));
        if (column.Index != mapper.OutputIndex)
            return input.GetGetter<TValue>(mapper.InputSchema[column.Index]);
        ValueGetter<float> get = Compute;
        return (Delegate)get as ValueGetter<TValue> ?? throw new InvalidOperationException();
    }

    private void Compute(ref float value)
    {
        if (_computedAt != input.Position)
        {
            mapper.Journal.Increment("computed");
            float x = 0;
            _getInput!(ref x);
            if (x == mapper.Doubling.ThrowAt)
                throw new FormatException();
            _value = 2 * x;
            _computedAt = input.Position;
        }
        value = _value;
    }
}
