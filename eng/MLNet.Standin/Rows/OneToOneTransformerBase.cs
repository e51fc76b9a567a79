namespace Microsoft.ML.Data;

/// <summary>A stage that adds one column per input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase()
    {
    }
}
