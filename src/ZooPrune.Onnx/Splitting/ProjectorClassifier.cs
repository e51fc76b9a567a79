namespace ZooPrune.Onnx;

/// <summary>Tells what a vision encoder's end is: Linear, GELU, Linear; one Linear; or something else.</summary>
internal static class ProjectorClassifier
{
    public static ProjectorPart Classify(ProjectorTail tail)
    {
        TailStep[] steps = [.. Fold(tail.Steps.Where(step => step.Kind != TailKind.RowMove))];
        return steps switch
        {
            [{ Kind: TailKind.Linear } only] => new ProjectorPart.Linear(only.Layer!),
            [{ Kind: TailKind.Linear } first, { Kind: TailKind.Gelu } gelu, { Kind: TailKind.Linear } second] =>
                new ProjectorPart.Mlp(new MlpWeights(first.Layer!, second.Layer!, gelu.Gelu)),
            _ => TailGraph.Write(tail, $"it is {string.Join(", ", steps.Select(step => step.Operator))}"),
        };
    }

    /// <summary>Takes scales and shifts into the Linear layer before them.</summary>
    private static List<TailStep> Fold(IEnumerable<TailStep> steps)
    {
        var folded = new List<TailStep>();
        foreach (TailStep step in steps)
        {
            if (step.Kind == TailKind.Affine && folded is [.., { Kind: TailKind.Linear } before])
            {
                folded[^1] = before with { Layer = Fold(before.Layer!, step.Affine.Scale, step.Affine.Shift) };
            }
            else
            {
                folded.Add(step);
            }
        }

        return folded;
    }

    private static LinearLayer Fold(LinearLayer layer, float[] scale, float[] shift)
    {
        float[] weight = new float[layer.Weight.Length];
        float[] bias = new float[layer.OutputWidth];
        for (int row = 0; row < bias.Length; row++)
        {
            float factor = scale[scale.Length == 1 ? 0 : row];
            bias[row] = (layer.Bias[row] * factor) + shift[shift.Length == 1 ? 0 : row];
            for (int column = 0; column < layer.InputWidth; column++)
            {
                int place = (row * layer.InputWidth) + column;
                weight[place] = layer.Weight[place] * factor;
            }
        }

        return layer with { Weight = weight, Bias = bias };
    }
}
