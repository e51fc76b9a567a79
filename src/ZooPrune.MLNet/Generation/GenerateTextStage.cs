using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Kept tokens [K, H] and a question -> an answer. Immutable.</summary>
internal sealed class GenerateTextStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.GenerateText);

    /// <summary>Questions beyond which a decode step side by side gains little on two cores.</summary>
    public const int MostRows = 32;

    private const string PruningAdvice = "put PruneVisualTokens with the same model before this stage.";

    public GenerateTextStage(GenerateTextOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Options = options;
        Model = options.Model;
        Settings = new AnswerSettings(StageName, options.QuestionTemplate, options.MaxNewTokens, options.Sampling);
        BatchSize = ChooseBatchSize(options.BatchSize, MostRows, BytesPerRow(Model, options.MaxNewTokens));
        int width = Model.EmbeddingWidth;
        Question = Reads(
            InputColumn.Text(options.QuestionColumnName, "name the column with the questions in QuestionColumnName, and give every row a question."),
            nameof(options.QuestionColumnName));
        KeptTokens = Reads(
            InputColumn.Vector(
                options.KeptTokensColumnName,
                NumberDataViewType.Single,
                string.Create(CultureInfo.InvariantCulture, $"K x {width:N0}"),
                declared => declared % width == 0,
                PruningAdvice),
            nameof(options.KeptTokensColumnName));
        KeptIndices = Reads(
            InputColumn.Vector(options.KeptIndicesColumnName, NumberDataViewType.Int32, "K", _ => true, PruningAdvice),
            nameof(options.KeptIndicesColumnName));
        VisualTokenCount = Reads(
            InputColumn.Scalar(options.VisualTokenCountColumnName, NumberDataViewType.Int32, PruningAdvice),
            nameof(options.VisualTokenCountColumnName));
        if (ImageShapeColumn.Input(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Reads(shape, nameof(options.ImageShapeColumnName));
        }

        EarlierNote = Reads(
            InputColumn.OptionalText(options.NoteColumnName, "give the notes of this pipeline another name with NoteColumnName."),
            nameof(options.NoteColumnName));

        Answer = Adds(
            new ScalarColumn<ReadOnlyMemory<char>>(options.AnswerColumnName, TextDataViewType.Instance),
            nameof(options.AnswerColumnName));
        Note = Adds(
            new ScalarColumn<ReadOnlyMemory<char>>(options.NoteColumnName, TextDataViewType.Instance),
            nameof(options.NoteColumnName));
        PrefillMilliseconds = Adds(
            new ScalarColumn<float>(options.PrefillMillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.PrefillMillisecondsColumnName));
        DecodeMilliseconds = Adds(
            new ScalarColumn<float>(options.DecodeMillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.DecodeMillisecondsColumnName));
    }

    public VisionLanguageModel Model { get; }

    /// <summary>Most visual tokens that are read side by side: those of a whole batch of usual images.</summary>
    public long MostTokens => (long)BatchSize * UsualTokens(Model);

    public AnswerSettings Settings { get; }

    public InputColumn Question { get; }

    public InputColumn KeptTokens { get; }

    public InputColumn KeptIndices { get; }

    public InputColumn VisualTokenCount { get; }

    /// <summary>Null if all images of the model are alike.</summary>
    public InputColumn? ImageShape { get; }

    public InputColumn EarlierNote { get; }

    public ScalarColumn<ReadOnlyMemory<char>> Answer { get; }

    public ScalarColumn<ReadOnlyMemory<char>> Note { get; }

    public ScalarColumn<float> PrefillMilliseconds { get; }

    public ScalarColumn<float> DecodeMilliseconds { get; }

    /// <summary>The KV cache of a row whose tokens are all kept, before and after a step, and its embeddings, for a usual image.</summary>
    public static long BytesPerRow(VisionLanguageModel model, int maxNewTokens) =>
        ((2 * model.CacheBytesPerToken) + ((long)sizeof(float) * model.EmbeddingWidth)) * (UsualTokens(model) + maxNewTokens);

    /// <summary>Rows that the language model reads of a usual image of which nothing is pruned.</summary>
    public static int UsualTokens(VisionLanguageModel model) => model.LayOut(model.UsualShape).SequenceLength;

    /// <inheritdoc/>
    public override StageWork Open(BoundRow row, int capacity) => new GenerateTextWork(this, row, capacity);
}
