namespace ZooPrune.Samples;

/// <summary>A question and both answers to it.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Full">The answer from all visual tokens.</param>
/// <param name="Pruned">The answer from those that the budget keeps.</param>
internal sealed record QuestionResult(Question Question, GivenAnswer Full, GivenAnswer Pruned)
{
    /// <summary>Why the question has no answer; null = it has both.</summary>
    public string? Error => Full.Error ?? Pruned.Error;
}
