using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Looking at data.</summary>
public static class DebuggerExtensions
{
    /// <summary>The first rows of a view.</summary>
    public static DataDebuggerPreview Preview(this IDataView data, int maxRows = 100) => new(data, maxRows);
}
