using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Runs the language model over the kept tokens and questions of a batch.</summary>
internal sealed class GenerateTextWork : StageWork
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
    private readonly Taken[] _taken;

    public GenerateTextWork(GenerateTextStage stage, BoundRow row, int capacity)
        : base(stage, row, capacity)
    {
        _stage = stage;
        _question = Input(row.Scalar<ReadOnlyMemory<char>>(stage.Question));
        _keptTokens = Input(row.Vector<float>(stage.KeptTokens));
        _keptIndices = Input(row.Vector<int>(stage.KeptIndices));
        _visualTokenCount = Input(row.Scalar<int>(stage.VisualTokenCount));
        _shapes = new ImageShapeReader(stage.Name, stage.Model, row, stage.ImageShape);
        OptionalInput(_shapes.Cell);
        _earlierNote = row.TypeOf(stage.EarlierNote) is null ? null : Input(row.Scalar<ReadOnlyMemory<char>>(stage.EarlierNote));
        _answer = Output(stage.Answer);
        _note = Output(stage.Note);
        _prefillMilliseconds = Output(stage.PrefillMilliseconds);
        _decodeMilliseconds = Output(stage.DecodeMilliseconds);
        _taken = new Taken[capacity];
    }

    /// <inheritdoc/>
    protected override void Take(int slot)
    {
        _stage.Model.ThrowIfDisposed();
        _shapes.Read(RowOf(slot));
        Check(slot, _shapes.Layout);
        long start = Stopwatch.GetTimestamp();
        var image = new KeptImage(_keptTokens.Values.ToArray(), _keptIndices.Values.ToArray(), _shapes.Layout);
        AnswerSettings settings = _stage.Settings;
        AnswerRequest request = _stage.Model.Answerer.Ask(image, settings.Ask(_question.Value), settings.MaxNewTokens, settings.Sampling);
        _taken[slot] = new Taken(request, image.RowCount, _earlierNote?.Value.ToString(), Stopwatch.GetElapsedTime(start));
    }

    /// <inheritdoc/>
    protected override void Compute(ReadOnlySpan<int> slots)
    {
        _stage.Model.ThrowIfDisposed();
        foreach (int[] together in BatchSizes.Split(slots.ToArray(), slot => _taken[slot].TokenCount, _stage.MostTokens))
        {
            VisionAnswer[] answers = _stage.Model.Answerer.Answer([.. together.Select(slot => _taken[slot].Request)], Stopwatch.GetTimestamp());
            foreach ((int slot, VisionAnswer answer) in together.Zip(answers))
            {
                Taken taken = _taken[slot];
                _answer.Set(slot, answer.Text.AsMemory());
                _note.Set(slot, AnswerSettings.JoinNotes(taken.EarlierNote, answer.Note).AsMemory());
                _prefillMilliseconds.Set(slot, (float)(taken.Time + answer.Timings.Prefill).TotalMilliseconds);
                _decodeMilliseconds.Set(slot, (float)answer.Timings.Decode.TotalMilliseconds);
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnError(int slot, string error) => _answer.Set(slot, ("error: " + error).AsMemory());

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
            throw Throw.KeptTokensLength(_stage.Name, _stage.KeptTokens, _stage.KeptIndices, RowOf(slot), _keptTokens.Values.Length, indices.Length, width);
        }

        if (_visualTokenCount.Value != layout.SequenceLength)
        {
            throw Throw.VisualTokenCountOfAnother(_stage.Name, _stage.VisualTokenCount, RowOf(slot), _visualTokenCount.Value, layout.SequenceLength);
        }

        int previous = -1;
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] <= previous || indices[i] >= layout.TokenCount)
            {
                throw Throw.KeptIndicesOrder(_stage.Name, _stage.KeptIndices, RowOf(slot), i, indices[i], layout.TokenCount);
            }

            if (!layout.TakesAll && Array.BinarySearch(layout.Candidates, indices[i]) < 0)
            {
                throw Throw.KeptIndexOfPadding(_stage.Name, _stage.KeptIndices, RowOf(slot), i, indices[i]);
            }

            previous = indices[i];
        }
    }

    /// <summary>What was taken of a row.</summary>
    private readonly record struct Taken(AnswerRequest Request, int TokenCount, string? EarlierNote, TimeSpan Time);
}
