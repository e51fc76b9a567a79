namespace Microsoft.ML.Data;

/// <summary>How the values of one column get into a batch of rows and out of it again.</summary>
internal abstract class ColumnPipe
{
    private DataViewSchema.Column _column;

    public static ColumnPipe Of(DataViewSchema.Column column)
    {
        var pipe = (ColumnPipe)Activator.CreateInstance(typeof(ColumnPipe<>).MakeGenericType(column.Type.RawType));
        pipe._column = column;
        return pipe;
    }

    public abstract Array NewStorage(int rows);

    /// <summary>An action that puts the row's value into a place of a storage.</summary>
    public Action<Array, int> OpenInput(DataViewRow row) => OpenInput(RowGetters.Of(row, _column));

    /// <summary>A getter that takes its value from where the function points.</summary>
    public abstract Delegate OpenOutput(Func<(Array Storage, int Index)> place);

    protected abstract Action<Array, int> OpenInput(Delegate getter);
}
