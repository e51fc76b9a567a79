using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>Tells what a projector is: Linear, GELU, Linear; one Linear; or something else.</summary>
internal static class ProjectorRecognizer
{
    /// <summary>A vision encoder's end as the class that can do most with it.</summary>
    /// <exception cref="InvalidDataException">A constant is not where the graph says.</exception>
    public static ProjectorPart Recognize(ConstantFolder constants, ProjectorTail tail) =>
        WithClosedForm(tail, out string why)
        ?? new ProjectorPart.Graph(ProjectorGraphWriter.Write(constants, tail), tail.InputWidth, tail.OutputWidth, why);

    /// <summary>A graph that is a projector and nothing else; null, and why, where it has no closed form.</summary>
    /// <exception cref="InvalidDataException">The graph is broken, or a constant is not where it says.</exception>
    public static ProjectorPart? Recognize(ConstantFolder constants, out string why)
    {
        OnnxGraph graph = constants.Order.Graph;
        if (graph.Inputs is not [var input] || graph.Outputs is not [var output])
        {
            why = $"it has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs instead of one each";
            return null;
        }

        if (ProjectorTail.Find(constants, output, out string found) is not { } tail)
        {
            why = $"it does not end in a Linear layer whose weights can be read but in {found}";
            return null;
        }

        if (tail.Start != input.Name)
        {
            why = $"it does not start with a Linear layer whose weights can be read, after {found}";
            return null;
        }

        return WithClosedForm(tail, out why);
    }

    private static ProjectorPart? WithClosedForm(ProjectorTail tail, out string why)
    {
        ProjectorNode[] steps = [.. Fold(tail.Steps.Where(step => step.Kind != NodeKind.RowMove))];
        why = "";
        switch (steps)
        {
            case [{ Kind: NodeKind.Linear } only]:
                return new ProjectorPart.Linear(only.Layer!);
            case [{ Kind: NodeKind.Linear } first, { Kind: NodeKind.Gelu } gelu, { Kind: NodeKind.Linear } second]:
                return new ProjectorPart.Mlp(new MlpWeights(first.Layer!, second.Layer!, gelu.Gelu));
            default:
                why = Why(steps);
                return null;
        }
    }

    private static string Why(ProjectorNode[] steps) =>
        steps is [{ Kind: NodeKind.Linear }, { Kind: NodeKind.RowWise }, { Kind: NodeKind.Linear }]
            ? "its activation is no GELU (erf, tanh or quick)"
            : $"it consists of {string.Join(", ", steps.Select(step => step.Operator))}";

    /// <summary>Takes scales and shifts into the Linear layer before them.</summary>
    private static List<ProjectorNode> Fold(IEnumerable<ProjectorNode> steps)
    {
        var folded = new List<ProjectorNode>();
        foreach (ProjectorNode step in steps)
        {
            bool follows = folded is [.., { Kind: NodeKind.Linear }];
            if (follows && step.Affine is { } affine)
            {
                folded[^1] = folded[^1] with { Layer = Fold(folded[^1].Layer!, affine.Scale, affine.Shift) };
            }

            // A GELU with a bias after something else than Linear is not one that the closed form knows.
            if (step.Kind == NodeKind.Gelu)
            {
                folded.Add(follows || step.Affine is null ? step : step with { Kind = NodeKind.RowWise });
            }
            else if (!follows || step.Kind != NodeKind.Affine)
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
