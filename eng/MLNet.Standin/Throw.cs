using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>
/// The exceptions of the stand-in. Their types and parameter names are ML.NET's and are tested; the messages are our own.
/// </summary>
internal static class Throw
{
    public static void IfNull(object value, string parameter)
    {
        if (value is null)
        {
            throw new ArgumentNullException(parameter);
        }
    }

    public static void IfNullOrEmpty(string value, string parameter)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw new ArgumentNullException(parameter);
        }
    }

    public static void IfNoName(string column, string parameter) =>
        IfOutOfRange(string.IsNullOrEmpty(column), parameter, "A column needs a name.");

    public static void IfOutOfRange(bool condition, string parameter, string message)
    {
        if (condition)
        {
            throw new ArgumentOutOfRangeException(parameter, message);
        }
    }

    public static void IfBadArgument(bool condition, string parameter, string message)
    {
        if (condition)
        {
            throw new ArgumentException(message, parameter);
        }
    }

    public static void IfInvalid(bool condition, string message)
    {
        if (condition)
        {
            throw new InvalidOperationException(message);
        }
    }

    /// <summary>A column that a stage needs is missing or of another type.</summary>
    public static Exception SchemaMismatch(string parameter, string column, string expected, string got = "no such column") =>
        new ArgumentOutOfRangeException(parameter, $"Schema mismatch for input column '{column}': expected {expected}, got {got}.");

    public static Exception InactiveColumn(DataViewSchema.Column column) =>
        new InvalidOperationException($"Column '{column.Name}' is not active on this row; ask for it when the cursor is opened.");

    public static Exception WrongValueType(Type asked, DataViewType type) =>
        new InvalidOperationException($"A value of type {type} is read as {type.RawType}, not as {asked}.");

    public static Exception Worker(Exception cause) =>
        new InvalidOperationException("Splitter/consolidator worker encountered exception while consuming source data", cause);
}
