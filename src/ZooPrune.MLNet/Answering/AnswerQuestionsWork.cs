using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Answers the questions of a batch. Rows that follow each other with the same image share all that is done for it, from batch
/// to batch too.</summary>
internal sealed class AnswerQuestionsWork : StageWork
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
    private readonly Taken[] _taken;
    private AskedImage? _last;
    private AskedImage? _retained;

    public AnswerQuestionsWork(AnswerQuestionsStage stage, BoundRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _images = ImageReader.New(stage.Name, row, stage.Image, stage.Model, stage.ImageFolder);
        Input(_images.Cell);
        _question = Input(row.Scalar<ReadOnlyMemory<char>>(stage.Question));
        _earlierNote = row.TypeOf(stage.EarlierNote) is null ? null : Input(row.Scalar<ReadOnlyMemory<char>>(stage.EarlierNote));
        _answer = Output(stage.Answer);
        _keptIndices = Output(stage.KeptIndices);
        _visualTokenCount = Output(stage.VisualTokenCount);
        _keptTokenCount = stage.KeptTokenCount is null ? null : Output(stage.KeptTokenCount);
        _note = Output(stage.Note);
        _preprocessMilliseconds = Output(stage.PreprocessMilliseconds);
        _encodeMilliseconds = Output(stage.EncodeMilliseconds);
        _pruneMilliseconds = Output(stage.PruneMilliseconds);
        _prefillMilliseconds = Output(stage.PrefillMilliseconds);
        _decodeMilliseconds = Output(stage.DecodeMilliseconds);
        _taken = new Taken[capacity];
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _last?.Dispose();
        _retained?.Dispose();
        Array.ForEach(_taken, taken => taken.Image?.Dispose());
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Take(int slot)
    {
        SourceImage source = _images.Read(RowOf(slot));
        if (_question.Value.Span.IsWhiteSpace())
        {
            throw Throw.EmptyQuestion(_stage.Name, _stage.Question, RowOf(slot));
        }

        if (_last is null || !source.IsSameAs(_last.Source!))
        {
            Begin(source);
        }

        _taken[slot] = new Taken(_last!, _stage.Settings.Ask(_question.Value), _earlierNote?.Value.ToString());
    }

    /// <inheritdoc/>
    protected override void Compute(ReadOnlySpan<int> slots)
    {
        _stage.Model.ThrowIfDisposed();
        var images = new List<AskedImage>();
        foreach (int slot in slots)
        {
            AskedImage image = _taken[slot].Image;
            if (images.Count == 0 || images[^1] != image)
            {
                images.Add(image);
            }
        }

        ImageWork.Choose(images, _stage);
        foreach (int[] together in BatchSizes.Split(slots.ToArray(), slot => _taken[slot].Image.Kept?.RowCount ?? 0, _stage.MostTokens))
        {
            Answer(together);

            // The next row may ask about the last image.
            foreach (AskedImage image in together[..^1].Select(slot => _taken[slot].Image).Where(image => image != _taken[together[^1]].Image))
            {
                image.Dispose();
            }
        }

        foreach (AskedImage image in images.Append(_retained).OfType<AskedImage>().Where(image => image != _last))
        {
            image.Dispose();
        }

        _retained = _last;
    }

    /// <inheritdoc/>
    protected override void OnError(int slot, string error) => _answer.Set(slot, ("error: " + error).AsMemory());

    private void Begin(SourceImage source)
    {
        if (_last?.Source is { } before && IsPreparedAtOnce(before))
        {
            _last.Source = null;
        }

        _last = new AskedImage { Source = source };
        if (IsPreparedAtOnce(source))
        {
            ImageWork.Prepare(_last, _stage.Model);
        }
    }

    /// <summary>Patches take more memory than the pixels that they are made of; tiles take less.</summary>
    private bool IsPreparedAtOnce(SourceImage source) => source.IsLarge && !_stage.Model.Encoder.TakesPatches;

    /// <summary>Reads the images of some rows and answers their questions, side by side.</summary>
    private void Answer(int[] slots)
    {
        ImageWork.Read(slots.Select(slot => _taken[slot].Image).Distinct(), _stage.Model.Answerer);
        var asked = new List<int>();
        var requests = new List<AnswerRequest>();
        long start = Stopwatch.GetTimestamp();
        foreach (int slot in slots)
        {
            if (Attempt(slot, s => requests.Add(Ask(_taken[s]))))
            {
                asked.Add(slot);
            }
        }

        VisionAnswer[] answers = requests.Count == 0 ? [] : _stage.Model.Answerer.Answer(requests, start);
        foreach ((int slot, VisionAnswer answer) in asked.Zip(answers))
        {
            Set(slot, _taken[slot], answer);
        }
    }

    private AnswerRequest Ask(Taken taken)
    {
        taken.Image.Failure?.Throw();
        Answerer answerer = _stage.Model.Answerer;
        AnswerSettings settings = _stage.Settings;
        return taken.Image.Context is { } context
            ? answerer.Ask(context, taken.Question, settings.MaxNewTokens, settings.Sampling)
            : answerer.Ask(taken.Image.Kept!, taken.Question, settings.MaxNewTokens, settings.Sampling);
    }

    private void Set(int slot, Taken taken, VisionAnswer answer)
    {
        // What was spent on an image is said in the first row that asks about it.
        ImageTimes times = taken.Image.Times;
        taken.Image.Times = default;
        _answer.Set(slot, answer.Text.AsMemory());
        _keptIndices.Keep(slot, taken.Image.Kept!.Indices);
        _visualTokenCount.Set(slot, answer.VisualTokenCount);
        _keptTokenCount?.Set(slot, answer.KeptTokenCount);
        _note.Set(slot, AnswerSettings.JoinNotes(taken.EarlierNote, taken.Image.Note, answer.Note).AsMemory());
        _preprocessMilliseconds.Set(slot, (float)times.Preprocess.TotalMilliseconds);
        _encodeMilliseconds.Set(slot, (float)times.Encode.TotalMilliseconds);
        _pruneMilliseconds.Set(slot, (float)times.Prune.TotalMilliseconds);
        _prefillMilliseconds.Set(slot, (float)(times.Prefill + answer.Timings.Prefill).TotalMilliseconds);
        _decodeMilliseconds.Set(slot, (float)answer.Timings.Decode.TotalMilliseconds);
        Tell(times, answer);
    }

    private void Tell(ImageTimes times, VisionAnswer answer)
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

    /// <summary>What was taken of a row.</summary>
    private readonly record struct Taken(AskedImage Image, string Question, string? EarlierNote);
}
