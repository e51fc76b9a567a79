namespace ZooPrune;

/// <summary>Sorts tokens by score without allocating.</summary>
internal static class ScoreRanking
{
    /// <summary>Lists the tokens by falling score; ties: lowest index first.</summary>
    /// <param name="scores">[N], no NaN; overwritten.</param>
    /// <param name="indices">[N]; receives 0 to N - 1 in that order.</param>
    public static void Sort(Span<double> scores, Span<int> indices)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = -scores[i];
            indices[i] = i;
        }

        scores.Sort(indices);

        // The sort is not stable: put each run of equal scores in order of index.
        for (int start = 0; start < scores.Length;)
        {
            int end = start + 1;
            while (end < scores.Length && scores[end] == scores[start])
            {
                end++;
            }

            indices[start..end].Sort();
            start = end;
        }
    }
}
