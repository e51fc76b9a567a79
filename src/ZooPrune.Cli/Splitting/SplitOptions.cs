using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>What was typed after "split".</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Out">The folder to be.</param>
/// <param name="Precision">Which of the graphs are taken.</param>
/// <param name="Force">Whether a model folder that is there already is replaced.</param>
/// <param name="Json">Whether the result is JSON.</param>
internal sealed record SplitOptions(string Model, string Out, ModelPrecision Precision, bool Force, bool Json);
