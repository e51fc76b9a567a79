namespace ZooPrune.Cli;

/// <summary>Rows that go through the pipeline together, and what became of them.</summary>
/// <param name="Rows">The rows in their order, at least one.</param>
internal sealed record RowBatch(IReadOnlyList<InputRow> Rows)
{
    /// <summary>One result a row.</summary>
    public IReadOnlyList<RowResult> Results { get; private init; } = [];

    /// <summary>The rows of a reader, so many at a time.</summary>
    /// <param name="reader">Gives the rows.</param>
    /// <param name="size">Rows of a batch; the last one may have fewer.</param>
    /// <param name="most">Rows of all batches.</param>
    public static IEnumerable<RowBatch> Of(IRowReader reader, int size, long most)
    {
        List<InputRow> rows = new(size);
        for (; most > 0 && reader.Read() is { } row; most--)
        {
            rows.Add(row);
            if (rows.Count == size)
            {
                yield return new RowBatch(rows);
                rows = new(size);
            }
        }

        if (rows.Count > 0)
        {
            yield return new RowBatch(rows);
        }
    }

    /// <summary>Sends the good rows through the pipeline.</summary>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    public RowBatch Score(ScoringPipeline pipeline, CancellationToken cancellation)
    {
        Queue<RowResult> ofPaths = Answers(pipeline.Score, row => row.ImageBytes is null);
        Queue<RowResult> ofImages = Answers(pipeline.ScoreImages, row => row.ImageBytes is not null);
        return this with
        {
            Results =
            [
                .. Rows.Select(row => row.Error is { } error ? new RowResult { Error = error }
                    : row.ImageBytes is null ? ofPaths.Dequeue() : ofImages.Dequeue()),
            ],
        };

        Queue<RowResult> Answers(Func<IEnumerable<InputRow>, IEnumerable<AnswerRow>> score, Func<InputRow, bool> isIt)
        {
            Queue<RowResult> answers = [];
            InputRow[] asked = [.. Rows.Where(row => row.Error is null && isIt(row))];
            foreach (AnswerRow answer in asked.Length > 0 ? score(asked) : [])
            {
                cancellation.ThrowIfCancellationRequested();
                answers.Enqueue(answer.ToResult());
            }

            return answers;
        }
    }
}

/// <summary>What became of one row.</summary>
internal sealed record RowResult
{
    /// <summary>The answer; empty in a row with an error.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Visual tokens of the image; null in a row with an error.</summary>
    public int? VisualTokens { get; init; }

    /// <summary>How many of them the language model read; null in a row with an error.</summary>
    public int? KeptTokens { get; init; }

    /// <summary>What should be known about the row; usually empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Why there is no answer; empty = there is one.</summary>
    public string Error { get; init; } = "";

    /// <summary>Milliseconds of each stage; empty in a row with an error.</summary>
    public IReadOnlyList<float> Milliseconds { get; init; } = [];

    /// <summary>Whether there is no answer.</summary>
    public bool IsFailed => Error.Length > 0;
}
