namespace Microsoft.ML.Data;

/// <summary>See <see cref="ColumnPipe"/>. Vectors are copied on the way out, for their batch is used again.</summary>
internal sealed class ColumnPipe<TValue> : ColumnPipe
{
    private delegate void Copier(ref TValue source, ref TValue destination);

    private static readonly Copier Copy = NewCopier();

    public override Array NewStorage(int rows) => new TValue[rows];

    protected override Action<Array, int> OpenInput(Delegate getter)
    {
        var get = (ValueGetter<TValue>)getter;
        return (storage, index) => get(ref ((TValue[])storage)[index]);
    }

    public override Delegate OpenOutput(Func<(Array Storage, int Index)> place) => (ValueGetter<TValue>)((ref TValue value) =>
    {
        var (storage, index) = place();
        Copy(ref ((TValue[])storage)[index], ref value);
    });

    private static Copier NewCopier()
    {
        var type = typeof(TValue);
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(VBuffer<>))
        {
            return (ref TValue source, ref TValue destination) => destination = source;
        }

        var copyTo = type.GetMethod(nameof(VBuffer<>.CopyTo), [type.MakeByRefType()]);
        return copyTo.CreateDelegate<Copier>();
    }
}
