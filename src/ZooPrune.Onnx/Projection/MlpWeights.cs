namespace ZooPrune.Onnx;

/// <summary>One Linear layer: y = W x + b.</summary>
/// <param name="Weight">Row-major [OutputWidth, InputWidth].</param>
/// <param name="Bias">[OutputWidth]; zeros where the graph has none.</param>
/// <param name="InputWidth">Width of x.</param>
/// <param name="OutputWidth">Width of y.</param>
internal sealed record LinearLayer(float[] Weight, float[] Bias, int InputWidth, int OutputWidth);

/// <summary>The two layers of a projector Linear, GELU, Linear, and which GELU.</summary>
internal sealed record MlpWeights(LinearLayer First, LinearLayer Second, GeluKind Gelu = GeluKind.Exact);
