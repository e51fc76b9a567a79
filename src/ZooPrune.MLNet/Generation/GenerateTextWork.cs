using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Runs the language model over the kept tokens and the question of one row.</summary>
internal sealed class GenerateTextWork : RowWork
{
    private readonly GenerateTextStage _stage;
    private readonly ScalarInput<ReadOnlyMemory<char>> _question;
    private readonly VectorInput<float> _keptTokens;
    private readonly VectorInput<int> _keptIndices;
    private readonly ScalarInput<int> _visualTokenCount;
    private readonly ScalarInput<ReadOnlyMemory<char>>? _earlierNote;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _answer;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _note;
    private readonly ScalarOutput<float> _prefillMilliseconds;
    private readonly ScalarOutput<float> _decodeMilliseconds;

    public GenerateTextWork(GenerateTextStage stage, BoundRow row)
        : base(stage, row)
    {
        _stage = stage;
        _question = Input(row.Scalar<ReadOnlyMemory<char>>(stage.Question));
        _keptTokens = Input(row.Vector<float>(stage.KeptTokens));
        _keptIndices = Input(row.Vector<int>(stage.KeptIndices));
        _visualTokenCount = Input(row.Scalar<int>(stage.VisualTokenCount));
        _earlierNote = row.TypeOf(stage.EarlierNote) is null ? null : Input(row.Scalar<ReadOnlyMemory<char>>(stage.EarlierNote));
        _answer = Output(stage.Answer);
        _note = Output(stage.Note);
        _prefillMilliseconds = Output(stage.PrefillMilliseconds);
        _decodeMilliseconds = Output(stage.DecodeMilliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        Check();
        VisionAnswer answer = _stage.Model.Generate(
            _keptTokens.Values,
            _keptIndices.Values.ToArray(),
            _visualTokenCount.Value,
            _question.Value.ToString(),
            _stage.MaxNewTokens);
        _answer.Value = answer.Text.AsMemory();
        _note.Value = Join(_earlierNote?.Value.ToString(), answer.Note).AsMemory();
        _prefillMilliseconds.Value = (float)answer.Timings.Prefill.TotalMilliseconds;
        _decodeMilliseconds.Value = (float)answer.Timings.Decode.TotalMilliseconds;
    }

    /// <inheritdoc/>
    protected override void Fail(string error) => _answer.Value = ("error: " + error).AsMemory();

    private static string Join(params string?[] notes) => string.Join("; ", notes.Where(note => !string.IsNullOrEmpty(note)));

    private void Check()
    {
        if (_question.Value.Span.IsWhiteSpace())
        {
            throw Throw.EmptyQuestion(_stage.Name, _stage.Question, Row);
        }

        ReadOnlySpan<int> indices = _keptIndices.Values;
        int width = _stage.Model.EmbeddingWidth;
        if (indices.IsEmpty || _keptTokens.Values.Length != (long)indices.Length * width)
        {
            throw Throw.KeptTokensLength(_stage.Name, _stage.KeptTokens, _stage.KeptIndices, Row, _keptTokens.Values.Length, indices.Length, width);
        }

        int previous = -1;
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] <= previous || indices[i] >= _visualTokenCount.Value)
            {
                throw Throw.KeptIndicesOrder(_stage.Name, _stage.KeptIndices, Row, i, indices[i], _visualTokenCount.Value);
            }

            previous = indices[i];
        }
    }
}
