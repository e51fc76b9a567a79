using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Projection;

/// <summary>One Linear layer: y = W x + b.</summary>
/// <param name="Weight">Row-major [OutputWidth, InputWidth].</param>
/// <param name="Bias">[OutputWidth]; zeros where the graph has none.</param>
/// <param name="InputWidth">Width of x.</param>
/// <param name="OutputWidth">Width of y.</param>
internal sealed record LinearLayer(float[] Weight, float[] Bias, int InputWidth, int OutputWidth);

/// <summary>The two layers of a projector Linear, GELU, Linear, and which GELU.</summary>
internal sealed record MlpWeights(LinearLayer First, LinearLayer Second, GeluKind Gelu = GeluKind.Exact);

/// <summary>A Linear layer found in a graph.</summary>
/// <param name="Input">Name of the value that goes into it, behind casts.</param>
/// <param name="Layer">Its weights in float32.</param>
internal sealed record LinearMatch(string Input, LinearLayer Layer);

/// <summary>Recognises a Linear layer that ends in a given value, however it is spelled, and takes its weights out of the graph.</summary>
internal static class LinearReader
{
    /// <summary>The layer, or null where the value is no Linear layer's output.</summary>
    /// <exception cref="InvalidDataException">Its weights are not where the graph says.</exception>
    public static LinearMatch? Read(ConstantFolder constants, string output)
    {
        output = constants.SkipCasts(output);
        if (Product(constants, output) is { } product)
        {
            return product;
        }

        if (constants.Producer(output) is not { Operator: "Add", Domain: "", Inputs: [var left, var right] })
        {
            return null;
        }

        bool biasIsLeft = constants.IsConstant(left);
        string bias = biasIsLeft ? left : right;
        return constants.IsConstant(bias)
            && Product(constants, constants.SkipCasts(biasIsLeft ? right : left)) is { } unbiased
            && constants.Shape(bias) is { } shape && IsRow(shape, unbiased.Layer.OutputWidth)
            && constants.Find(bias) is { } values
            ? unbiased with { Layer = AddBias(unbiased.Layer, values.Values) }
            : null;
    }

    /// <summary>Whether a constant of that shape adds the same to every row of that width.</summary>
    public static bool IsRow(long[] shape, int width) =>
        shape.All(dimension => dimension == 1) || (shape[^1] == width && shape[..^1].All(dimension => dimension == 1));

    public static LinearMatch? Match(ConstantFolder constants, string input, FoldedTensor? weight, float[]? bias, bool isColumns)
    {
        if (weight is not { Values: { Length: > 0 } values, Dimensions: [long rows, long columns] })
        {
            return null;
        }

        (int inputWidth, int outputWidth) = isColumns ? ((int)rows, (int)columns) : ((int)columns, (int)rows);
        if (bias is not null && bias.Length != outputWidth && bias.Length != 1)
        {
            return null;
        }

        var layer = new LinearLayer(
            isColumns ? ConstantFolder.Transpose(values, inputWidth, outputWidth) : values,
            new float[outputWidth],
            inputWidth,
            outputWidth);
        return new LinearMatch(constants.SkipCasts(input), bias is null ? layer : AddBias(layer, bias));
    }

    private static LinearMatch? Product(ConstantFolder constants, string output)
    {
        switch (constants.Producer(output))
        {
            case { Operator: "MatMul", Domain: "", Inputs: [var source, var weight] } when constants.IsConstant(weight):
                return Match(constants, source, constants.Find(weight), null, isColumns: true);
            case { Operator: "FusedMatMul", Domain: OnnxGraphBuilder.MicrosoftDomain, Inputs: [var source, var weight] } node
                when IsPlain(node) && constants.IsConstant(weight):
                return Match(constants, source, constants.Find(weight), null, isColumns: node.Int64("transB", 0) == 0);
            case { Operator: "Gemm", Domain: "", Inputs: [var source, var weight, ..] } node
                when IsPlain(node) && constants.IsConstant(weight):
                float[]? bias = null;
                if (node.Input(2) is { } name)
                {
                    bias = constants.Shape(name) is { } shape && shape[..Math.Max(0, shape.Length - 1)].All(dimension => dimension == 1)
                        ? constants.Find(name)?.Values
                        : null;
                    if (bias is null)
                    {
                        return null;
                    }
                }

                return Match(constants, source, constants.Find(weight), bias, isColumns: node.Int64("transB", 0) == 0);
            case { } node:
                return QuantizedLinearReader.Read(constants, node);
            default:
                return null;
        }
    }

    private static bool IsPlain(OnnxNode node) =>
        node.Single("alpha", 1) == 1 && node.Single("beta", 1) == 1 && node.Int64("transA", 0) == 0
        && node.Int64("transBatchA", 0) == 0 && node.Int64("transBatchB", 0) == 0;

    private static LinearLayer AddBias(LinearLayer layer, float[] bias)
    {
        float[] sum = new float[layer.OutputWidth];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = layer.Bias[i] + bias[bias.Length == 1 ? 0 : i];
        }

        return layer with { Bias = sum };
    }
}
