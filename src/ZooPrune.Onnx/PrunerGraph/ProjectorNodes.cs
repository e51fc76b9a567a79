using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>Writes a projector into one graph: x [n, D] -> Z [n, H] and S [n], in float32.</summary>
/// <remarks>The sensitivity is what <see cref="VisualTokenPruner"/> takes for the same projector and options.</remarks>
internal abstract class ProjectorNodes
{
    /// <summary>D.</summary>
    public abstract int InputWidth { get; }

    /// <summary>H.</summary>
    public abstract int OutputWidth { get; }

    /// <summary>
    /// The operator set that the projector's own nodes need; null for any from <see cref="PrunerNodes.LeastOperatorSet"/> on.
    /// </summary>
    public virtual int? OperatorSet => null;

    /// <summary>For one graph.</summary>
    /// <exception cref="ZooPruneException">The projector is a class that has no graph, or its file cannot be read.</exception>
    public static ProjectorNodes Of(IProjector projector) => projector switch
    {
        MlpProjector mlp => new MlpNodes(mlp, mlp.Cheapest, () => mlp.LowRankForm),
        MlpOnnxProjector mlp => new MlpNodes(mlp.Weights, mlp.Cheapest, () => mlp.Ranked?.LowRankForm),
        LinearOnnxProjector linear => new LinearNodes(linear.Layer),
        OnnxProjector graph => GraphNodes.Open(graph),
        _ => throw Throw.ProjectorHasNoGraph(projector.GetType()),
    };

    /// <summary>Z = M(x).</summary>
    public abstract string Project(OnnxGraphBuilder graph, string x);

    /// <summary>Z, and S; null for an S that is the same for every token.</summary>
    public virtual (string Projected, string? Sensitivity) Score(OnnxGraphBuilder graph, string x, PruningOptions options) =>
        options.Sensitivity is SensitivityMethod.Auto or SensitivityMethod.Sampled
            ? (Project(graph, x), Sample(graph, x, options))
            : throw Throw.GraphSensitivity(options.Sensitivity);

    /// <summary>
    /// S_i = (1/m) sum_j ||M(x_i + h u_j) - M(x_i - h u_j)|| / (2 h), one direction a turn of a Loop (ZOO-Prune, eq. 2-4).
    /// </summary>
    protected string Sample(OnnxGraphBuilder graph, string x, PruningOptions options)
    {
        var bank = DirectionBank.Gaussian(options.Directions, InputWidth, options.Seed);
        float[] steps = new float[bank.Count * bank.Width];
        for (int j = 0; j < bank.Count; j++)
        {
            for (int k = 0; k < bank.Width; k++)
            {
                steps[(j * bank.Width) + k] = options.StepSize * bank[j][k];
            }
        }

        string moves = graph.Constant(steps, bank.Count, bank.Width);
        OnnxGraphBuilder body = graph.Body();
        string turn = body.Input(body.NewName("turn"), OnnxGraphBuilder.Element.Int64);
        string goes = body.Input(body.NewName("goes"), OnnxGraphBuilder.Element.Bool);
        string sum = body.Input(body.NewName("sum"), OnnxGraphBuilder.Element.Float, "tokens");
        string step = body.Node("Gather", [moves, turn]);
        string there = Project(body, body.Node("Add", [x, step]));
        string back = Project(body, body.Node("Sub", [x, step]));
        string response = body.Node("Sub", [there, back]);
        string length = body.Node("Sqrt", [body.Reduce("ReduceSum", body.Node("Mul", [response, response]), 1, isKept: false)]);
        body.Output(body.Node("Identity", [goes]), OnnxGraphBuilder.Element.Bool);
        body.Output(body.Node("Add", [sum, length]), OnnxGraphBuilder.Element.Float, "tokens");

        string none = graph.Filled(graph.Dimensions(x, 0, 1), 0f);
        string all = graph.Node("Loop", [graph.Constant([(long)bank.Count], 1), graph.None, none], ("body", body.Graph));
        return graph.Node("Mul", [all, graph.Scalar((float)(0.5 / options.StepSize / bank.Count))]);
    }

    /// <summary>Linear, GELU, Linear.</summary>
    private sealed class MlpNodes(MlpProjector mlp, SensitivityMethod cheapest, Func<LowRankForm?> lowRank) : ProjectorNodes
    {
        public override int InputWidth => mlp.InputWidth;

        public override int OutputWidth => mlp.OutputWidth;

        public override string Project(OnnxGraphBuilder graph, string x) =>
            MlpGraph.SecondLayer(graph, mlp, MlpGraph.FirstLayer(graph, mlp, x));

        public override (string Projected, string? Sensitivity) Score(OnnxGraphBuilder graph, string x, PruningOptions options)
        {
            string a = MlpGraph.FirstLayer(graph, mlp, x);
            string projected = MlpGraph.SecondLayer(graph, mlp, a);
            switch (options.Sensitivity == SensitivityMethod.Auto ? cheapest : options.Sensitivity)
            {
                case SensitivityMethod.ClosedForm:
                    string form = MlpGraph.QuadraticForm(graph, mlp, MlpGraph.Slope(graph, mlp.Gelu, a));
                    return (projected, MlpGraph.RootOfMean(graph, form, InputWidth));
                case SensitivityMethod.LowRankClosedForm:
                    LowRankForm few = lowRank() ?? throw Throw.NoLowRank("its graph");
                    return (projected, LowRank(graph, few, MlpGraph.Slope(graph, mlp.Gelu, a)));
                default:
                    // The shared products are the sampled value up to rounding.
                    return (projected, Sample(graph, x, options));
            }
        }

        /// <summary>S from sum_k q_k d_k^2 + sum_r s_r (f_r . d)^2.</summary>
        private string LowRank(OnnxGraphBuilder graph, LowRankForm form, string d)
        {
            (int hidden, int rank) = (mlp.HiddenWidth, form.Signs.Length);
            string squares = graph.Node("Mul", [d, d]);
            string sum = graph.Node("MatMul", [squares, graph.Constant(form.Diagonal, hidden, 1)]);
            if (rank > 0)
            {
                string columns = graph.Constant(ConstantFolder.Transpose(form.Factors, rank, hidden), hidden, rank);
                string products = graph.Node("MatMul", [d, columns]);
                string signed = graph.Node("MatMul", [graph.Node("Mul", [products, products]), graph.Constant(form.Signs, rank, 1)]);
                sum = graph.Node("Add", [sum, signed]);
            }

            return MlpGraph.RootOfMean(graph, graph.Reshape(sum, -1), InputWidth);
        }
    }

    /// <summary>One Linear layer.</summary>
    private sealed class LinearNodes(LinearLayer layer) : ProjectorNodes
    {
        public override int InputWidth => layer.InputWidth;

        public override int OutputWidth => layer.OutputWidth;

        public override string Project(OnnxGraphBuilder graph, string x) => MlpGraph.Layer(graph, x, layer);

        public override (string Projected, string? Sensitivity) Score(OnnxGraphBuilder graph, string x, PruningOptions options) =>
            options.Sensitivity is SensitivityMethod.Auto or SensitivityMethod.ClosedForm
                ? (Project(graph, x), null)
                : base.Score(graph, x, options);
    }

    /// <summary>Any projector that is a graph: its nodes are taken over, its weights once for all places where they stand.</summary>
    private sealed class GraphNodes(GraphOrder order, ExternalDataFolder files, int inputWidth, int outputWidth) : ProjectorNodes
    {
        private readonly Dictionary<string, string> _constants = [];

        private OnnxGraph Graph => order.Graph;

        public override int InputWidth => inputWidth;

        public override int OutputWidth => outputWidth;

        public override int? OperatorSet => Graph.OperatorSet;

        public static GraphNodes Open(OnnxProjector projector)
        {
            try
            {
                OnnxGraph graph = OnnxGraphReader.Read(projector.Model ?? RegularFile.ReadAll(projector.Name, int.MaxValue));
                var files = new ExternalDataFolder(projector.Model is null ? Path.GetDirectoryName(projector.Name) : null);
                return new GraphNodes(new GraphOrder(graph), files, projector.InputWidth, projector.OutputWidth);
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw Throw.GraphNotTakenOver(projector.Name, exception);
            }
        }

        public override string Project(OnnxGraphBuilder graph, string x)
        {
            int rank = Graph.Inputs[0].Dimensions!.Count;
            var names = new Dictionary<string, string>
            {
                [""] = "",
                [Graph.Inputs[0].Name] = rank == 2 ? x : graph.Reshape(x, [.. Enumerable.Repeat(1L, rank - 2), -1, inputWidth]),
            };
            foreach (OnnxNode node in Graph.Nodes.Where(node => node.Outputs.Count > 0).OrderBy(node => order.Place(node.Outputs[0])))
            {
                if (node.Captured.Count > 0)
                {
                    throw Throw.GraphNotTakenOver(node.Outputs[0], new InvalidDataException($"{node.Operator} has a graph inside"));
                }

                string[] inputs = [.. node.Inputs.Select(input => names.GetValueOrDefault(input) ?? Constant(graph, input))];
                string[] outputs = [.. node.Outputs.Select(output => output.Length == 0 ? "" : graph.NewName("v"))];
                graph.Graph.Node.Add(OnnxGraphBuilder.Operation(node, inputs, outputs));
                foreach ((string output, string name) in node.Outputs.Zip(outputs))
                {
                    names[output] = name;
                }
            }

            string projected = names[Graph.Outputs[0].Name];
            return rank == 2 ? projected : graph.Reshape(projected, -1, outputWidth);
        }

        private string Constant(OnnxGraphBuilder graph, string name)
        {
            if (_constants.TryGetValue(name, out string? known))
            {
                return known;
            }

            OnnxTensor tensor = Graph.Constants[name];
            var type = (OnnxGraphBuilder.Element)tensor.ElementType;
            return _constants[name] = graph.Constant(type, files.Read(tensor).Span, tensor.Dimensions);
        }
    }
}
