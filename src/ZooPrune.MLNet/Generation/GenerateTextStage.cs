using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Kept tokens [K, H] and a question -> an answer. Immutable.</summary>
internal sealed class GenerateTextStage : StageDefinition
{
    public const string StageName = nameof(ZooPruneCatalog.GenerateText);

    /// <summary>Questions beyond which a decode step side by side gains little on two cores.</summary>
    public const int MostRows = 32;

    private const string PruningAdvice = "put PruneVisualTokens with the same model before this stage.";

    public GenerateTextStage(GenerateTextOptions options)
        : base(StageName, options)
    {
        Model = options.Model;
        Settings = new AnswerSettings(StageName, options.QuestionTemplate, options.Generation, options.MaxNewTokens);
        BatchSize = ChooseBatchSize(options.BatchSize, MostRows, BytesPerRow(Model, Settings.Generation.MaxNewTokens));
        int width = Model.EmbeddingWidth;
        Question = Reads(InputColumn.Question(options.QuestionColumnName), nameof(options.QuestionColumnName));
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

        EarlierNote = Reads(InputColumn.Notes(options.NoteColumnName), nameof(options.NoteColumnName));
        Answer = AddsText(options.AnswerColumnName);
        Note = AddsText(options.NoteColumnName);
        PrefillMilliseconds = AddsMilliseconds(options.PrefillMillisecondsColumnName);
        DecodeMilliseconds = AddsMilliseconds(options.DecodeMillisecondsColumnName);
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
    public static int UsualTokens(VisionLanguageModel model) => model.LayoutOf(model.UsualShape).SequenceLength;

    /// <inheritdoc/>
    public override BatchMapper Open(InputRow row, int capacity) => new GenerateTextMapper(this, row, capacity);
}

/// <summary>Runs the language model over the kept tokens and questions of a batch.</summary>
internal sealed class GenerateTextMapper : BatchMapper
{
    private readonly GenerateTextStage _stage;
    private readonly ScalarInput<ReadOnlyMemory<char>> _question;
    private readonly VectorInput<float> _keptTokens;
    private readonly VectorInput<int> _keptIndices;
    private readonly ScalarInput<int> _visualTokenCount;
    private readonly ImageShapeReader _shapes;
    private readonly ScalarInput<ReadOnlyMemory<char>>? _earlierNote;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _answer;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _note;
    private readonly ScalarOutput<float> _prefillMilliseconds;
    private readonly ScalarOutput<float> _decodeMilliseconds;
    private readonly RowInputs[] _rows;

    public GenerateTextMapper(GenerateTextStage stage, InputRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _question = row.Scalar<ReadOnlyMemory<char>>(stage.Question);
        _keptTokens = row.Vector<float>(stage.KeptTokens);
        _keptIndices = row.Vector<int>(stage.KeptIndices);
        _visualTokenCount = row.Scalar<int>(stage.VisualTokenCount);
        _shapes = new ImageShapeReader(stage.Name, stage.Model, row, stage.ImageShape);
        _earlierNote = row.OptionalScalar<ReadOnlyMemory<char>>(stage.EarlierNote);
        _answer = Output(stage.Answer);
        _note = Output(stage.Note);
        _prefillMilliseconds = Output(stage.PrefillMilliseconds);
        _decodeMilliseconds = Output(stage.DecodeMilliseconds);
        _rows = new RowInputs[capacity];
    }

    /// <inheritdoc/>
    protected override void ReadRow(int slot)
    {
        _shapes.Read(RowOf(slot));
        Check(slot, _shapes.Layout);
        var image = new PrunedImage(_keptTokens.Values.ToArray(), _keptIndices.Values.ToArray(), _shapes.Layout);
        string question = _stage.Settings.FormatQuestion(_question.Value);
        AnswerRequest request = _stage.Model.CreateRequest(
            [new ChatTurn(ChatTurn.User, question, [image])], _stage.Settings.Generation);
        _rows[slot] = new RowInputs(request, image.KeptTokenCount, _earlierNote?.Value.ToString());
    }

    /// <inheritdoc/>
    protected override void Compute(ReadOnlySpan<int> slots)
    {
        foreach (int[] together in BatchSizes.Split(slots.ToArray(), slot => _rows[slot].TokenCount, _stage.MostTokens))
        {
            AnswerRequest[] requests = [.. together.Select(slot => _rows[slot].Request)];
            foreach ((int slot, VisionAnswer answer) in together.Zip(_stage.Model.AnswerAll(requests, _stage.Cancellation)))
            {
                RowInputs row = _rows[slot];
                _answer.Set(slot, answer.Text.AsMemory());
                _note.Set(slot, AnswerSettings.JoinNotes(row.EarlierNote, answer.Note).AsMemory());
                Telemetry.AddNote(answer.Note);
                _prefillMilliseconds.Set(slot, (float)answer.Timings.Prefill.TotalMilliseconds);
                _decodeMilliseconds.Set(slot, (float)answer.Timings.Decode.TotalMilliseconds);
            }
        }
    }

    private void Check(int slot, ImageLayout layout)
    {
        if (_question.Value.Span.IsWhiteSpace())
        {
            throw Throw.EmptyQuestion(_stage.Name, _stage.Question, RowOf(slot));
        }

        ReadOnlySpan<int> indices = _keptIndices.Values;
        int width = _stage.Model.EmbeddingWidth;
        if (indices.IsEmpty || _keptTokens.Values.Length != (long)indices.Length * width)
        {
            throw Throw.KeptTokensLength(
                _stage.Name, _stage.KeptTokens, _stage.KeptIndices, RowOf(slot), _keptTokens.Values.Length, indices.Length, width);
        }

        if (_visualTokenCount.Value != layout.SequenceLength)
        {
            throw Throw.VisualTokenCountOfAnother(
                _stage.Name, _stage.VisualTokenCount, RowOf(slot), _visualTokenCount.Value, layout.SequenceLength);
        }

        int previous = -1;
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] <= previous || indices[i] >= layout.TokenCount)
            {
                throw Throw.KeptIndicesOrder(_stage.Name, _stage.KeptIndices, RowOf(slot), i, indices[i], layout.TokenCount);
            }

            if (!layout.CanKeep(indices[i]))
            {
                throw Throw.KeptIndexOfPadding(_stage.Name, _stage.KeptIndices, RowOf(slot), i, indices[i]);
            }

            previous = indices[i];
        }
    }

    /// <summary>What was read of a row.</summary>
    private readonly record struct RowInputs(AnswerRequest Request, int TokenCount, string? EarlierNote);
}
