namespace ZooPrune.Cli;

/// <summary>What was typed after "inspect".</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Sizes">Sizes of pictures.</param>
/// <param name="Budgets">Budgets to compare; null = those that go with the family.</param>
/// <param name="Json">Whether the result is JSON.</param>
internal sealed record InspectOptions(string Model, IReadOnlyList<(int Width, int Height)> Sizes, IReadOnlyList<KeepBudget>? Budgets, bool Json);
