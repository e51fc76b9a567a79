using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace ZooPrune.MLNet;

/// <summary>What distinguishes one stage from another: the columns it reads, the columns it adds, and how a row is computed. The
/// rest (estimator, transformer, view, cursors, row mapper) is the same for all. Immutable after construction.</summary>
internal abstract class StageDefinition
{
    private readonly List<InputColumn> _inputs = [];
    private readonly List<OutputColumn> _outputs = [];

    /// <summary>A stage that so far reads and adds only the error column.</summary>
    /// <param name="name">Name of the stage, as it starts messages.</param>
    /// <param name="errors">What happens to a row that cannot be computed.</param>
    /// <param name="errorColumnName">Name of the error column.</param>
    protected StageDefinition(string name, RowErrors errors, string errorColumnName)
    {
        Name = name;
        if (!Enum.IsDefined(errors))
        {
            throw Throw.UnknownRowErrors(name, errors);
        }

        Errors = errors;
        ErrorInput = Reads(
            InputColumn.OptionalText(errorColumnName, "give the errors of this pipeline another name with ErrorColumnName."),
            nameof(VisionStageOptions.ErrorColumnName));
        ErrorOutput = AddsText(errorColumnName, nameof(VisionStageOptions.ErrorColumnName));
    }

    /// <inheritdoc cref="StageDefinition(string, RowErrors, string)"/>
    /// <param name="name">Name of the stage, as it starts messages.</param>
    /// <param name="options">What the stage can be made from again.</param>
    protected StageDefinition(string name, VisionStageOptions options)
        : this(name, options.Errors, options.ErrorColumnName) => Options = options;

    /// <summary>Name of the stage, as it starts messages.</summary>
    public string Name { get; }

    /// <summary>What happens to a row that cannot be computed.</summary>
    public RowErrors Errors { get; }

    /// <summary>What the stage was made from and can be made from again; null if it cannot be saved.</summary>
    public VisionStageOptions? Options { get; }

    /// <summary>Where warnings and the summary of a pass go; null for nowhere. Set where the stage is created.</summary>
    public IChannelProvider? Log { get; set; }

    /// <summary>Ends the work at hand.</summary>
    public CancellationToken Cancellation => Options?.Cancellation ?? CancellationToken.None;

    /// <summary>Most rows that are computed at once, &gt;= 1; 1 for a stage that gains nothing by more.</summary>
    public int BatchSize { get; protected init; } = 1;

    /// <summary>The columns that are read.</summary>
    public IReadOnlyList<InputColumn> Inputs => _inputs;

    /// <summary>The columns that are added, in the order of the output schema.</summary>
    public IReadOnlyList<OutputColumn> Outputs => _outputs;

    /// <summary>What earlier stages say about the row.</summary>
    public InputColumn ErrorInput { get; }

    /// <summary>What earlier stages and this one say about the row.</summary>
    public ScalarColumn<ReadOnlyMemory<char>> ErrorOutput { get; }

    /// <summary>Gets ready to compute the rows of one cursor.</summary>
    /// <param name="row">The input row, which the cursor moves.</param>
    /// <param name="capacity">Most rows of a batch: 1 or <see cref="BatchSize"/>.</param>
    public abstract BatchMapper Open(InputRow row, int capacity);

    /// <summary>Declares an input column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    protected InputColumn Reads(InputColumn column, string option)
    {
        RequireName(column.Name, option);
        _inputs.Add(column);
        return column;
    }

    /// <summary>Declares an output column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="ArgumentException">The name is empty or that of another output.</exception>
    protected TColumn Adds<TColumn>(TColumn column, string option)
        where TColumn : OutputColumn
    {
        RequireName(column.Name, option);
        if (_outputs.Exists(other => other.Name == column.Name))
        {
            throw Throw.OutputNamedTwice(Name, column.Name, option);
        }

        _outputs.Add(column);
        return column;
    }

    /// <summary>Declares a text column.</summary>
    /// <inheritdoc cref="AddsVector"/>
    protected ScalarColumn<ReadOnlyMemory<char>> AddsText(string name, [CallerArgumentExpression(nameof(name))] string option = "") =>
        Adds(new ScalarColumn<ReadOnlyMemory<char>>(name, TextDataViewType.Instance), NameOf(option));

    /// <summary>Declares a column of Int32.</summary>
    /// <inheritdoc cref="AddsVector"/>
    protected ScalarColumn<int> AddsCount(string name, [CallerArgumentExpression(nameof(name))] string option = "") =>
        Adds(new ScalarColumn<int>(name, NumberDataViewType.Int32), NameOf(option));

    /// <summary>Declares a column of Single.</summary>
    /// <inheritdoc cref="AddsVector"/>
    protected ScalarColumn<float> AddsMilliseconds(string name, [CallerArgumentExpression(nameof(name))] string option = "") =>
        Adds(new ScalarColumn<float>(name, NumberDataViewType.Single), NameOf(option));

    /// <summary>Declares a vector column of any length.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Type of its items.</param>
    /// <param name="option">The option that names it, as it is written: options.AnswerColumnName.</param>
    /// <exception cref="ArgumentException">The name is empty or that of another output.</exception>
    protected VectorColumn<T> AddsVector<T>(
        string name, NumberDataViewType type, [CallerArgumentExpression(nameof(name))] string option = "") =>
        Adds(new VectorColumn<T>(name, new VectorDataViewType(type)), NameOf(option));

    /// <summary>Most rows of a batch, after checking what the options say.</summary>
    /// <param name="requested">The option; 0 leaves the choice to us.</param>
    /// <param name="most">Beyond how many rows a batch gains little on few cores.</param>
    /// <param name="bytesPerRow">Memory that a row takes while its batch is computed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The option is below 0.</exception>
    protected int ChooseBatchSize(int requested, int most, long bytesPerRow) =>
        requested < 0 ? throw Throw.BatchSizeBelowZero(Name, requested) : BatchSizes.Choose(requested, most, bytesPerRow);

    /// <summary>Checks the option that says where relative paths of images start.</summary>
    /// <returns>The folder; empty for the current directory.</returns>
    /// <exception cref="ArgumentException">There is no such folder.</exception>
    protected string RequireFolder(string? folder, string option) =>
        folder is null || Directory.Exists(folder) ? folder ?? string.Empty : throw Throw.ImageFolderMissing(Name, folder, option);

    private static string NameOf(string option) => option[(option.LastIndexOf('.') + 1)..];

    private void RequireName(string name, string option)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw Throw.EmptyColumnName(Name, option);
        }
    }
}
