using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>A view that passes everything on and writes down what it is asked for.</summary>
internal sealed class JournalView(IDataView source) : IDataView
{
    private readonly List<string> _calls = [];

    /// <summary>What the getter of this column throws, in every row.</summary>
    public (string Column, Exception Exception)? Failing { get; init; }

    /// <summary>How many cursors a set has; each of them goes over all rows.</summary>
    public int CursorsInSet { get; init; } = 1;

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public bool CanShuffle { get; init; }

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Note($"cursor({Names(columnsNeeded)}){(rand is null ? string.Empty : " shuffled")}");
        return new Cursor(this, source.GetRowCursor(columnsNeeded, rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        Note($"set of {n}({Names(columnsNeeded)}){(rand is null ? string.Empty : " shuffled")}");
        return [.. Enumerable.Range(0, CursorsInSet).Select(_ => new Cursor(this, source.GetRowCursor(columnsNeeded, rand)))];
    }

    private static string Names(IEnumerable<DataViewSchema.Column> columns) => string.Join(",", columns.Select(column => column.Name));

    private void Note(string call)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }
    }

    private sealed class Cursor(JournalView view, DataViewRowCursor input) : DataViewRowCursor
    {
        public override DataViewSchema Schema => view.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<TValue> getter = input.GetGetter<TValue>(column);
            return (ref TValue value) =>
            {
                view.Note($"pull {column.Name} {Position}");
                if (view.Failing is { } failing && failing.Column == column.Name)
                {
                    throw failing.Exception;
                }

                getter(ref value);
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                view.Note("dispose");
                input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
