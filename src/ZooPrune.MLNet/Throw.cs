using System.Globalization;
using System.Runtime.CompilerServices;

namespace ZooPrune.MLNet;

/// <summary>
/// Every message of this assembly, each in four parts: what it is about, what was found, what is needed, what to do. The methods
/// return the exception, so that the compiler sees the <c>throw</c> where it happens.
/// </summary>
internal static partial class Throw
{
    // When a stage is created.
    public static ArgumentOutOfRangeException UnknownRowErrors(string stage, RowErrors value) => new(
        nameof(VisionStageOptions.Errors),
        Text($"{stage}: Errors is {(int)value}, which has no name. Expected RowErrors.Report or RowErrors.Throw; use one of them."));

    public static ArgumentException EmptyColumnName(string stage, string option) => new(
        Text($"{stage}: {option} is empty. Expected the name of a column; leave the option out for its default."),
        option);

    public static ArgumentException OutputNamedTwice(string stage, string column, string option) => new(
        Text(
            $"{stage}: {option} is '{column}', which is the name of another column that this stage adds. "
            + $"Expected a name for each; rename one of them."),
        option);

    public static ArgumentException ImageFolderMissing(string stage, string folder, string option) => new(
        Text(
            $"{stage}: {option} is '{folder}', which is no folder. "
            + $"Expected a folder with the images; check the path, or leave the option out for the current directory."),
        option);

    public static ArgumentException SelectionNeedsAttention(string stage, string selection, string column) => new(
        Text(
            $"{stage}: the selection {selection} uses the attention inside the vision encoder, and column '{column}' has visual tokens "
            + $"alone. "
            + $"Expected a selection that needs no more (ZooPrune, DivPrune, Sensitivity, Norm, Uniform, Random, ToMe, Dart, Scope, "
            + $"OTPrune, CenPrune); take one of "
            + $"them, or AnswerQuestions, which encodes and prunes in one."),
        nameof(PruningStageOptions.Selection));

    public static ArgumentOutOfRangeException MaxNewTokensBelowOne(string stage, int value, string option) => new(
        option,
        Text($"{stage}: {option} is {value:N0}. Expected 1 or more; leave the option out for its default."));

    public static ArgumentOutOfRangeException BatchSizeBelowZero(string stage, int value) => new(
        "BatchSize",
        Text(
            $"{stage}: BatchSize is {value:N0}. Expected the number of rows to compute at once, or 0; leave the option out "
            + $"to have it chosen by memory and processors."));

    public static ArgumentException TemplateWithoutQuestion(string stage, string template, int count) => new(
        Text(
            $"{stage}: QuestionTemplate is '{template}', in which {{question}} is there {count:N0} times. "
            + $"Expected it once; write it where the row's question goes."),
        "QuestionTemplate");

    // When a stage meets a schema.
    public static ArgumentOutOfRangeException MissingColumn(
        string stage, InputColumn needed, string parameter, IEnumerable<string> columns) => new(
        parameter,
        Text(
            $"{stage}: there is no {needed.Kind} '{needed.Name}' in the input, whose columns are {Names(columns)}. "
            + $"Expected {needed.Expected}; {needed.SchemaAdvice}"));

    public static ArgumentOutOfRangeException UnfitColumn(string stage, InputColumn needed, string parameter, string type) => new(
        parameter,
        Text($"{stage}: column '{needed.Name}' is of type {type}. Expected {needed.Expected}; {needed.SchemaAdvice}"));

    public static NotSupportedException CannotBeSaved(string stage) => new(
        Text(
            $"{stage}: ML.NET's own Model.Save was asked to save this stage, and it gives stages of other packages no place "
            + $"for their options. Expected a chain of ML.NET's own stages; save this one with ZooPruneModel.Save, and load it "
            + $"with ZooPruneModel.Load."));

    // When a row or a getter is asked for.
    public static ArgumentException ForeignRow(string stage, string parameter) => new(
        Text(
            $"{stage}: the row has another schema than the mapper. Expected a row whose Schema is the mapper's InputSchema, "
            + $"the same object; call GetRowToRowMapper with the row's schema."),
        parameter);

    public static InvalidOperationException ForeignColumn(string stage, string column, int index, int count) => new(
        ForeignColumnText(stage, column, index, count));

    public static ArgumentOutOfRangeException ForeignColumn(string stage, string column, string parameter, int index, int count) => new(
        parameter,
        ForeignColumnText(stage, column, index, count));

    public static InvalidOperationException InactiveColumn(string stage, string column) => new(
        Text(
            $"{stage}: column '{column}' is not active. "
            + $"Expected a column that was asked for; name it when the cursor or row is created."));

    public static InvalidOperationException WrongGetterType(string stage, string column, Type asked, Type type) => new(
        Text(
            $"{stage}: column '{column}' was asked for as {asked.Name}. "
            + $"Expected its raw type, {type.Name}; call GetGetter with that type."));

    public static InvalidOperationException NoCurrentRow(string stage) => new(
        Text(
            $"{stage}: a value was asked for before the first row or after the last. "
            + $"Expected a current row; call MoveNext first, and stop when it returns false."));

    // When a row cannot be computed.
    public static ZooPruneException UnreadableInput(string stage, InputColumn column, long row, Exception cause) => new(
        Text(
            $"{stage}: column '{column.Name}' cannot be read in row {row:N0}: {Sentence(cause)} "
            + $"Expected {column.Expected}; {column.Advice}"),
        cause);

    public static ZooPruneException RowFailed(string stage, long row, Exception cause) => new(
        Text(
            $"{stage}: row {row:N0} failed with {cause.GetType().Name}: {Sentence(cause)} "
            + $"Expected a row like the others; look at its image and question, and report the message if they are in order."),
        cause);

    public static ZooPruneException NoImage(string stage, InputColumn column, long row) => new(
        Text($"{stage}: column '{column.Name}' is empty in row {row:N0}. Expected {column.Expected}; {column.Advice}"));

    public static ZooPruneException ImageNotFourBytes(
        string stage, InputColumn column, long row, int width, int height, int bytes, string format) => new(
        Text(
            $"{stage}: column '{column.Name}' has an image of {width:N0} x {height:N0} with {bytes:N0} bytes of {format} in "
            + $"row {row:N0}. Expected 4 bytes a pixel, Bgra32 or Rgba32; make the image with MLImage.CreateFromFile, "
            + $"CreateFromStream or CreateFromPixels."));

    public static ZooPruneException WrongLength(string stage, InputColumn column, long row, int got) => new(
        Text($"{stage}: column '{column.Name}' has {got:N0} values in row {row:N0}. Expected {column.Expected}; {column.Advice}"));

    public static ZooPruneException ImageShapeWrong(
        string stage, InputColumn column, long row, IEnumerable<long> values, Exception cause) => new(
        Text(
            $"{stage}: column '{column.Name}' has [{string.Join(", ", values)}] in row {row:N0}, which no image of this "
            + $"model has. Expected {column.Expected}; {column.Advice}"),
        cause);

    public static ZooPruneException PixelValuesOfAnother(
        string stage, InputColumn column, InputColumn shape, long row, int got, long needed) => new(
        Text(
            $"{stage}: column '{column.Name}' has {got:N0} values in row {row:N0}. Expected {needed:N0} for the image that "
            + $"column '{shape.Name}' tells of; take both from the same PreprocessImages stage."));

    public static ZooPruneException VisualTokenCountOfAnother(string stage, InputColumn column, long row, int got, int needed) => new(
        Text(
            $"{stage}: column '{column.Name}' has {got:N0} in row {row:N0}. "
            + $"Expected {needed:N0}, the visual tokens of the row's image before pruning; {column.Advice}"));

    public static ZooPruneException KeptIndexOfPadding(string stage, InputColumn column, long row, int position, int index) => new(
        Text(
            $"{stage}: column '{column.Name}' has {index:N0} at position {position:N0} in row {row:N0}, a token of padding. "
            + $"Expected tokens that show the picture; {column.Advice}"));

    public static ZooPruneException NotWholeTokens(string stage, InputColumn column, long row, int got, int width) => new(
        Text(
            $"{stage}: column '{column.Name}' has {got:N0} values in row {row:N0}, not a multiple of the encoder width "
            + $"{width:N0}. Expected N x {width:N0}; {column.Advice}"));

    public static ZooPruneException WrongTokenCount(string stage, InputColumn column, long row, int got, int expected) => new(
        Text($"{stage}: column '{column.Name}' has {got:N0} visual tokens in row {row:N0}. Expected {expected:N0}; {column.Advice}"));

    public static ZooPruneException NotFinite(string stage, InputColumn column, long row, float value, int token, int element) => new(
        Text(
            $"{stage}: column '{column.Name}' has the value {value} in row {row:N0}, visual token {token:N0}, element "
            + $"{element:N0}. Expected finite numbers; check the image and the vision encoder (half precision overflows at "
            + $"65,504)."));

    public static ZooPruneException KeptTokensLength(
        string stage, InputColumn tokens, InputColumn indices, long row, int values, int count, int width) => new(
        Text(
            $"{stage}: column '{tokens.Name}' has {values:N0} values and column '{indices.Name}' has {count:N0} in row "
            + $"{row:N0}. Expected K x {width:N0} values and K indices, K >= 1; take both from the same PruneVisualTokens "
            + $"stage."));

    public static ZooPruneException KeptIndicesOrder(
        string stage, InputColumn indices, long row, int position, int index, int count) => new(
        Text(
            $"{stage}: column '{indices.Name}' has {index:N0} at position {position:N0} in row {row:N0}. Expected ascending "
            + $"indices from 0 to below the {count:N0} visual tokens; take indices and count from the same PruneVisualTokens "
            + $"stage."));

    public static ZooPruneException EmptyQuestion(string stage, InputColumn column, long row) => new(
        Text($"{stage}: column '{column.Name}' is empty in row {row:N0}. Expected {column.Expected}; {column.Advice}"));

    private static string ForeignColumnText(string stage, string column, int index, int count) =>
        Text(
            $"{stage}: column '{column}' has the index {index:N0} and the output has {count:N0} columns. "
            + $"Expected a column of the view's own Schema; look it up there by name.");

    private static string Names(IEnumerable<string> columns)
    {
        string names = string.Join(", ", columns.Select(name => $"'{name}'"));
        return names.Length == 0 ? "none" : names;
    }

    /// <summary>The message of another library on one line, with a full stop.</summary>
    private static string Sentence(Exception cause)
    {
        const int MostOfOthers = 200;
        string message = cause.Message.ReplaceLineEndings(" ").TrimEnd();
        message = cause is ZooPruneException || message.Length <= MostOfOthers ? message : $"{message[..MostOfOthers]}...";
        return message.EndsWith('.') ? message : message + ".";
    }

    private static string Text(Message message) => message.ToString();

    /// <summary>What Text takes: numbers are written as in English, and a message may go over several lines.</summary>
    [InterpolatedStringHandler]
    private ref struct Message(int literalLength, int formattedCount)
    {
        private DefaultInterpolatedStringHandler _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);

        public override string ToString() => _text.ToStringAndClear();
    }
}
