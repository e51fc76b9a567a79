using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Answers the questions of a batch. Rows that follow each other with the same image share all that is done for it, from batch
/// to batch too.</summary>
internal sealed class AnswerQuestionsMapper : BatchMapper
{
    private readonly AnswerQuestionsStage _stage;
    private readonly ImageReader _images;
    private readonly ScalarInput<ReadOnlyMemory<char>> _question;
    private readonly ScalarInput<ReadOnlyMemory<char>>? _earlierNote;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _answer;
    private readonly VectorOutput<int> _keptIndices;
    private readonly ScalarOutput<int> _visualTokenCount;
    private readonly ScalarOutput<int>? _keptTokenCount;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _note;
    private readonly ScalarOutput<float> _preprocessMilliseconds;
    private readonly ScalarOutput<float> _encodeMilliseconds;
    private readonly ScalarOutput<float> _pruneMilliseconds;
    private readonly ScalarOutput<float> _prefillMilliseconds;
    private readonly ScalarOutput<float> _decodeMilliseconds;
    private readonly RowInputs[] _rows;
    private ImageWorkItem? _lastImage;
    private ImageWorkItem? _retainedImage;

    public AnswerQuestionsMapper(AnswerQuestionsStage stage, InputRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _images = ImageReader.New(stage.Name, row, stage.Image, stage.Model, stage.ImageFolder);
        _question = row.Scalar<ReadOnlyMemory<char>>(stage.Question);
        _earlierNote = row.OptionalScalar<ReadOnlyMemory<char>>(stage.EarlierNote);
        _answer = Output(stage.Answer);
        _keptIndices = Output(stage.KeptIndices);
        _visualTokenCount = Output(stage.VisualTokenCount);
        _keptTokenCount = Output(stage.KeptTokenCount);
        _note = Output(stage.Note);
        _preprocessMilliseconds = Output(stage.PreprocessMilliseconds);
        _encodeMilliseconds = Output(stage.EncodeMilliseconds);
        _pruneMilliseconds = Output(stage.PruneMilliseconds);
        _prefillMilliseconds = Output(stage.PrefillMilliseconds);
        _decodeMilliseconds = Output(stage.DecodeMilliseconds);
        _rows = new RowInputs[capacity];
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _lastImage?.Dispose();
        _retainedImage?.Dispose();
        Array.ForEach(_rows, row => row.Image?.Dispose());
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void ReadRow(int slot)
    {
        SourceImage source = _images.Read(RowOf(slot));
        if (_question.Value.Span.IsWhiteSpace())
        {
            throw Throw.EmptyQuestion(_stage.Name, _stage.Question, RowOf(slot));
        }

        if (_lastImage is null || !source.IsSameAs(_lastImage.Source!))
        {
            UseImage(source);
        }

        _rows[slot] = new RowInputs(_lastImage!, _stage.Settings.FormatQuestion(_question.Value), _earlierNote?.Value.ToString());
    }

    /// <inheritdoc/>
    protected override void Compute(ReadOnlySpan<int> slots)
    {
        int[] batch = slots.ToArray();

        // Rows of the same image follow each other, or they would not share it.
        ImageWorkItem[] images = [.. batch.Select(slot => _rows[slot].Image).Distinct()];
        ImageSteps.Prune(images, _stage);
        foreach (int[] together in BatchSizes.Split(batch, slot => _rows[slot].Image.Kept?.KeptTokenCount ?? 0, _stage.MostTokens))
        {
            Answer(together);

            // The next row may ask about the last image.
            ImageWorkItem last = _rows[together[^1]].Image;
            foreach (ImageWorkItem image in together.Select(slot => _rows[slot].Image).Where(image => image != last))
            {
                image.Dispose();
            }
        }

        foreach (ImageWorkItem image in images.Append(_retainedImage).OfType<ImageWorkItem>().Where(image => image != _lastImage))
        {
            image.Dispose();
        }

        _retainedImage = _lastImage;
    }

    private void UseImage(SourceImage source)
    {
        if (_lastImage?.Source is { } before && IsPreparedAtOnce(before))
        {
            _lastImage.Source = null;
        }

        _lastImage = new ImageWorkItem { Source = source };
        if (IsPreparedAtOnce(source))
        {
            ImageSteps.Prepare(_lastImage, _stage.Model);
        }
    }

    /// <summary>Patches take more memory than the pixels that they are made of; tiles take less.</summary>
    private bool IsPreparedAtOnce(SourceImage source) => source.IsLarge && _stage.Model.ImageMeasure != ImageMeasure.PatchGrid;

    /// <summary>Reads the images of some rows and answers their questions, side by side.</summary>
    private void Answer(int[] slots)
    {
        ImageSteps.ReadPrefixes(slots.Select(slot => _rows[slot].Image).Distinct(), _stage);
        var asked = new List<int>();
        var requests = new List<AnswerRequest>();
        foreach (int slot in slots)
        {
            if (TryRow(slot, s => requests.Add(NewRequest(_rows[s]))))
            {
                asked.Add(slot);
            }
        }

        foreach ((int slot, VisionAnswer answer) in asked.Zip(_stage.Model.AnswerAll(requests, _stage.Cancellation)))
        {
            SetOutputs(slot, _rows[slot], answer);
        }
    }

    private AnswerRequest NewRequest(RowInputs row)
    {
        row.Image.Failure?.Throw();
        GenerationOptions options = _stage.Settings.Generation;
        return row.Image.PrefixCache is { } prefix
            ? _stage.Model.CreateRequest(prefix, row.Question, options)
            : _stage.Model.CreateRequest([new ChatTurn(ChatTurn.User, row.Question, [row.Image.Kept!])], options);
    }

    private void SetOutputs(int slot, RowInputs row, VisionAnswer answer)
    {
        // What was spent on an image is said in the first row that asks about it.
        ImageTimes times = row.Image.Times;
        row.Image.Times = default;
        _answer.Set(slot, answer.Text.AsMemory());
        _keptIndices.Keep(slot, row.Image.Kept!.KeptIndices.ToArray());
        _visualTokenCount.Set(slot, answer.VisualTokenCount);
        _keptTokenCount?.Set(slot, answer.KeptTokenCount);
        _note.Set(slot, AnswerSettings.JoinNotes(row.EarlierNote, answer.Note).AsMemory());
        Telemetry.AddNote(answer.Note);
        _preprocessMilliseconds.Set(slot, (float)times.Preprocess.TotalMilliseconds);
        _encodeMilliseconds.Set(slot, (float)times.Encode.TotalMilliseconds);
        _pruneMilliseconds.Set(slot, (float)times.Prune.TotalMilliseconds);
        _prefillMilliseconds.Set(slot, (float)(times.Prefill + answer.Timings.Prefill).TotalMilliseconds);
        _decodeMilliseconds.Set(slot, (float)answer.Timings.Decode.TotalMilliseconds);
        Report(times, answer);
    }

    private void Report(ImageTimes times, VisionAnswer answer)
    {
        if (times != default)
        {
            Telemetry.AddTokens(answer.VisualTokenCount, answer.KeptTokenCount);
        }

        Telemetry.AddStep("preprocess", times.Preprocess);
        Telemetry.AddStep("encode", times.Encode);
        Telemetry.AddStep("prune", times.Prune);
        Telemetry.AddStep("prefill", times.Prefill + answer.Timings.Prefill);
        Telemetry.AddStep("decode", answer.Timings.Decode);
    }

    /// <summary>What was read of a row.</summary>
    private readonly record struct RowInputs(ImageWorkItem Image, string Question, string? EarlierNote);
}
