using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>What goes into the Error column of a row that cannot be asked.</summary>
internal static partial class Throw
{
    public static string EmptyCell(long line, string column, string wanted) =>
        $"Line {line}: '{column}' is empty. Expected {wanted}; fill it in.";

    public static string TextAfterQuote(long line) =>
        $"Line {line}: there is text after the closing quote of a cell. Expected a separator or the end of the line; double the quotes inside a quoted cell.";

    public static string UnclosedQuote(long line) =>
        $"Line {line}: a cell begins with a quote and does not end before the file does. Expected a closing quote; add it, or double the quotes inside a quoted cell.";

    public static string RowTooLong(long line, int limit) =>
        $"Line {line}: the row does not end within {limit} bytes. Expected a shorter row; shorten it, or close the quote in it that is open.";

    public static string NotUtf8(long line) =>
        $"Line {line}: the row has bytes that are not UTF-8. Expected UTF-8; save the file as UTF-8.";

    public static string WrongNumberOfCells(long line, int count, int expected) =>
        $"Line {line}: the row has {count} cells. Expected {expected}, as in the header; quote the cells that hold a separator.";

    public static string RowIsNoJson(long line, Exception cause) =>
        $"Line {line}: the row is not JSON ({cause.Message.TrimEnd('.')}). Expected one object a line like {QuestionFormat}; correct it.";

    public static string RowIsNoObject(long line, JsonValueKind kind) =>
        $"Line {line}: the row is a JSON {Name(kind)}. Expected an object like {QuestionFormat}; correct it.";

    public static string MissingProperty(long line, string name) =>
        $"Line {line}: the object has no \"{name}\". Expected an object like {QuestionFormat}; add it, or name the properties with --columns.";

    public static string PropertyIsNoText(long line, string name, JsonValueKind kind) =>
        $"Line {line}: \"{name}\" is a JSON {Name(kind)}. Expected a text; put it in quotes.";

    public static string PropertyIsAdded(long line, string name) =>
        $"Line {line}: the object has a property \"{name}\", which the output adds. Expected another name; rename it.";

    public static string UnknownProperty(long line, string name, IEnumerable<string> columns) =>
        $"Line {line}: the object has a property \"{name}\", which the first object has not. Expected {string.Join(", ", columns)}; leave it out, or write JSONL.";
}
