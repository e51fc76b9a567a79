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

        return this with { Results = [.. Rows.Select(row => row.Error is { } error ? new RowResult { Error = error } : answers.Dequeue())] };
    }
}
