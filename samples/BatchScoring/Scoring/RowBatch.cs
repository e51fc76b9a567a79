namespace ZooPrune.Samples;

/// <summary>Rows that go through the pipeline together, and what became of them.</summary>
/// <param name="Rows">The rows in their order, at least one.</param>
internal sealed record RowBatch(IReadOnlyList<InputRow> Rows)
{
    /// <summary>One result a row.</summary>
    public IReadOnlyList<RowResult> Results { get; private init; } = [];

    /// <summary>The rows of a reader, so many at a time.</summary>
    public static IEnumerable<RowBatch> Of(RowReader reader, int size)
    {
        List<InputRow> rows = new(size);
        while (reader.Read() is { } row)
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
        QuestionRow[] asked =
        [
            .. Rows.Where(row => row.Error is null).Select(row => new QuestionRow { ImagePath = row.Image, Question = row.Question }),
        ];
        Queue<RowResult> answers = new(asked.Length);
        if (asked.Length > 0)
        {
            foreach (AnswerRow answer in pipeline.Score(asked))
            {
                cancellation.ThrowIfCancellationRequested();
                answers.Enqueue(answer.ToResult());
            }
        }

        return this with
        {
            Results = [.. Rows.Select(row => row.Error is { } error ? new RowResult { Error = error } : answers.Dequeue())],
        };
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
