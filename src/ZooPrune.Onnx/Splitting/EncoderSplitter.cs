using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Splitting;

/// <summary>
/// Makes the graph that ends in X. Nodes and constants that X needs are taken over as they are, the rest is left out; what moved tokens
/// behind the projector (the order of Qwen's windows, reshapes) moves X instead, which is the same because the projector treats each
/// token on its own.
/// </summary>
internal sealed class EncoderSplitter
{
    private readonly ConstantFolder _constants;
    private readonly ProjectorTail _tail;

    // Values inside the projector, and what stands at the same place in the new graph: the same rows, another width.
    private readonly Dictionary<string, string> _counterparts = [];

    // What the new graph consists of: names of values, places of nodes, those of the nodes that have other inputs now, and what is new.
    private readonly HashSet<string> _values = [];
    private readonly HashSet<int> _nodes = [];
    private readonly Dictionary<int, OnnxNode> _rewritten = [];
    private readonly List<NodeProto> _newNodes = [];
    private readonly List<TensorProto> _newConstants = [];
    private int _names;

    private EncoderSplitter(ConstantFolder constants, ProjectorTail tail)
    {
        _constants = constants;
        _tail = tail;
    }

    private OnnxGraph Graph => _constants.Order.Graph;

    /// <param name="constants">The whole graph's constants.</param>
    /// <param name="tail">What is cut off.</param>
    /// <param name="output">The whole graph's output.</param>
    /// <returns>The new model, whose constants are views of the whole one's, and the name of its only output.</returns>
    /// <exception cref="InvalidDataException">The rest of the graph uses values from inside the projector.</exception>
    public static (ModelProto Encoder, string Output) Split(ConstantFolder constants, ProjectorTail tail, OnnxValue output)
    {
        var splitter = new EncoderSplitter(constants, tail);
        string end = splitter.Unused("visual_tokens");
        string last = splitter.MoveTokens();

        // Whatever the type was, X is float32; where it was so before, ONNX Runtime drops the node.
        splitter._newNodes.Add(OnnxGraphBuilder.Operation("Cast", [last], end, ("to", OnnxTensor.Float)));
        string width = tail.InputWidth.ToString(CultureInfo.InvariantCulture);
        ValueInfoProto value = output.Dimensions is null
            ? OnnxGraphBuilder.Value(end, OnnxGraphBuilder.Element.Float)
            : OnnxGraphBuilder.Value(end, OnnxGraphBuilder.Element.Float, [.. output.Dimensions.SkipLast(1), width]);
        return (splitter.Write(value), end);
    }

    /// <summary>Writes what moved tokens behind the start, in its order, for X; collects what all of it needs.</summary>
    private string MoveTokens()
    {
        string current = _tail.Start;
        var moves = new List<(ProjectorNode Step, string From, string To)>();
        foreach (ProjectorNode step in _tail.Steps)
        {
            string next = step.Kind == NodeKind.RowMove ? Unused($"{step.Node!.Outputs[0]}_visual_tokens") : current;
            MarkInside(step, next);
            if (next != current)
            {
                moves.Add((step, current, next));
                current = next;
            }
        }

        Need(_tail.Start);
        foreach ((ProjectorNode step, string from, string to) in moves)
        {
            OnnxNode node = step.Node!;
            string[] others = [.. node.Inputs.Skip(1)];
            if (node.Operator == "Reshape")
            {
                others = [Widened(others[0])];
            }

            foreach (string other in others)
            {
                Need(other);
            }

            _newNodes.Add(OnnxGraphBuilder.Operation(node, [from, .. others], [to]));
        }

        return current;
    }

    private void MarkInside(ProjectorNode step, string counterpart)
    {
        var pending = new Stack<string>([step.Output]);
        while (pending.TryPop(out string? name))
        {
            if (step.Inputs.Contains(name) || _constants.IsConstant(name) || _constants.Producer(name) is not { } node
                || _counterparts.ContainsKey(name))
            {
                continue;
            }

            foreach (string output in node.Outputs)
            {
                _counterparts[output] = counterpart;
            }

            IEnumerable<string> inputs = step.Kind == NodeKind.RowMove && step.Node == node ? node.Inputs.Take(1) : node.Inputs;
            foreach (string input in inputs.Where(input => input.Length > 0))
            {
                pending.Push(input);
            }
        }
    }

    /// <summary>The target of a reshape with D as its last dimension.</summary>
    private string Widened(string shape)
    {
        if (_constants.FindIntegers(shape)?.Values is [.. var kept, _])
        {
            return NewConstant([.. kept.Select(size => (long)size), _tail.InputWidth]);
        }

        Need(shape);
        string leading = Unused($"{shape}_leading");
        string widened = Unused($"{shape}_widened");
        _newNodes.Add(OnnxGraphBuilder.Operation("Slice", [shape, NewConstant([0]), NewConstant([-1]), NewConstant([0])], leading));
        _newNodes.Add(OnnxGraphBuilder.Operation("Concat", [leading, NewConstant([_tail.InputWidth])], widened, ("axis", 0)));
        return widened;
    }

    private string NewConstant(ReadOnlySpan<long> values)
    {
        string name = Unused("visual_tokens_constant");
        _newConstants.Add(OnnxGraphBuilder.Tensor(OnnxGraphBuilder.Element.Int64, MemoryMarshal.AsBytes(values), [values.Length], name));
        return name;
    }

    /// <summary>Collects the nodes and constants that a value needs.</summary>
    private void Need(string value)
    {
        var pending = new Stack<string>([value]);
        while (pending.TryPop(out string? name))
        {
            int index = _constants.Order.ProducerIndex(name);
            if (!_values.Add(name) || index < 0 || !_nodes.Add(index))
            {
                continue;
            }

            OnnxNode node = Graph.Nodes[index];
            if (GraphOrder.Reads(node).Any(_counterparts.ContainsKey))
            {
                // How many tokens there are is known before the projector, too. Anything else would need what is cut off.
                if (node is not { Operator: "Shape", Domain: "", Captured.Count: 0 })
                {
                    throw new InvalidDataException($"{node.Operator} '{node.Outputs[0]}' uses a value from inside the projector");
                }

                node = node with { Inputs = [.. node.Inputs.Select(input => _counterparts.GetValueOrDefault(input, input))] };
                _rewritten[index] = node;
            }

            foreach (string input in GraphOrder.Reads(node))
            {
                pending.Push(input);
            }
        }
    }

    /// <summary>The model without what is not selected.</summary>
    private ModelProto Write(ValueInfoProto output)
    {
        ModelProto model = Graph.Model.Clone();
        GraphProto graph = model.Graph;
        Replace(graph.Node, [.. graph.Node.Select(Rewritten).OfType<NodeProto>(), .. _newNodes]);
        Replace(graph.Initializer, [.. graph.Initializer.Where(tensor => _values.Contains(tensor.Name)), .. _newConstants]);

        // An initialiser may be an input as well; without the one the other would have to be fed.
        Replace(graph.Input, [.. graph.Input.Where(input => _values.Contains(input.Name) || !Graph.Constants.ContainsKey(input.Name))]);
        Replace(graph.ValueInfo, [.. graph.ValueInfo.Where(value => _values.Contains(value.Name))]);
        Replace(graph.Output, [output]);
        graph.QuantizationAnnotation.Clear();
        return model;

        NodeProto? Rewritten(NodeProto node, int index) =>
            _rewritten.TryGetValue(index, out OnnxNode? other) ? OnnxGraphBuilder.Operation(other, other.Inputs, other.Outputs)
            : _nodes.Contains(index) ? node
            : null;

        static void Replace<T>(RepeatedField<T> field, T[] values)
        {
            field.Clear();
            field.Add(values);
        }
    }

    private string Unused(string name)
    {
        string unused = name;
        while (_values.Contains(unused) || _constants.Producer(unused) is not null || Graph.Constants.ContainsKey(unused)
            || Graph.Inputs.Any(input => input.Name == unused))
        {
            unused = $"{name}_{++_names}";
        }

        _values.Add(unused);
        return unused;
    }
}
