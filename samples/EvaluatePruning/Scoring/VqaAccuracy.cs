namespace ZooPrune.Samples;

/// <summary>
/// The accuracy of VQA (Antol et al., ICCV 2015): an answer that three people gave is right, min(people who gave it / 3, 1). Averaged over
/// all ways to leave one person out, so that people and machines can be measured alike.
/// </summary>
internal static class VqaAccuracy
{
    private const double Enough = 3;

    /// <summary>The mean over p of min(|{q other than p : answer of q = answer}| / 3, 1), after <see cref="VqaAnswer.Normalize"/>.</summary>
    /// <param name="answer">What the model said.</param>
    /// <param name="people">What people said; at least one.</param>
    /// <returns>0 to 1: for ten people 0, 0.3, 0.6, 0.9 and 1 where 0, 1, 2, 3 and more agree. A single person leaves nobody: 1 if they
    /// agree, otherwise 0.</returns>
    public static double Score(string answer, IReadOnlyList<string> people)
    {
        string given = VqaAnswer.Normalize(answer);
        int agree = people.Count(person => VqaAnswer.Normalize(person) == given);
        if (people.Count == 1)
        {
            return agree;
        }

        double leavingOneThatAgrees = Math.Min((agree - 1) / Enough, 1);
        double leavingAnother = Math.Min(agree / Enough, 1);
        return ((agree * leavingOneThatAgrees) + ((people.Count - agree) * leavingAnother)) / people.Count;
    }
}
