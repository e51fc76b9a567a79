using System.Globalization;
using System.Runtime.InteropServices;

namespace ZooPrune.Onnx;

/// <summary>
/// Decides what the graph consists of that ends in X. Nodes and constants that X needs are taken over as they are, the rest is left out; what moved
/// tokens behind the projector (the order of Qwen's windows, reshapes) moves X instead, which is the same because the projector
/// treats each token on its own.
/// </summary>
internal sealed class EncoderCut
{
    private readonly ConstantFolder _constants;
    private readonly ProjectorTail _tail;

    // Values inside the projector, and what stands at the same place in the new graph: the same rows, another width.
    private readonly Dictionary<string, string> _counterparts = [];
    private readonly GraphSelection _selection = new();
    private int _names;

    private EncoderCut(ConstantFolder constants, ProjectorTail tail)
    {
        _constants = constants;
        _tail = tail;
    }

    /// <param name="constants">The whole graph's constants.</param>
    /// <param name="tail">What is cut off.</param>
    /// <param name="output">The whole graph's output.</param>
    /// <returns>What the new graph consists of, and the name of its output.</returns>
    /// <exception cref="InvalidDataException">The rest of the graph uses values from inside the projector.</exception>
    public static (GraphSelection Graph, string Output) Select(ConstantFolder constants, ProjectorTail tail, OnnxValue output)
    {
        var cut = new EncoderCut(constants, tail);
        string end = cut.Unused("visual_tokens");
        string last = cut.MoveTokens();

        // Whatever the type was, X is float32; where it was so before, ONNX Runtime drops the node.
        cut._selection.NewNodes.Add(OnnxGraphBuilder.Encode("Cast", [last], end, ("to", OnnxTensor.Float)));
        string[] leading = [.. output.Dimensions?.SkipLast(1) ?? []];
        cut._selection.Output = output.Dimensions is null
            ? OnnxGraphBuilder.EncodeValue(end, OnnxGraphBuilder.Element.Float)
            : OnnxGraphBuilder.EncodeValue(end, OnnxGraphBuilder.Element.Float, [.. leading, tail.InputWidth.ToString(CultureInfo.InvariantCulture)]);
        return (cut._selection, end);
    }

    /// <summary>Writes what moved tokens behind the start, in its order, for X; collects what all of it needs.</summary>
    private string MoveTokens()
    {
        string current = _tail.Start;
        var moves = new List<(TailStep Step, string From, string To)>();
        foreach (TailStep step in _tail.Steps)
        {
            string next = step.Kind == TailKind.RowMove ? Unused($"{step.Node!.Outputs[0]}_visual_tokens") : current;
            MarkInside(step, next);
            if (next != current)
            {
                moves.Add((step, current, next));
                current = next;
            }
        }

        Need(_tail.Start);
        foreach ((TailStep step, string from, string to) in moves)
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

            _selection.NewNodes.Add(OnnxGraphBuilder.Encode(node, [from, .. others], [to]));
        }

        return current;
    }

    private void MarkInside(TailStep step, string counterpart)
    {
        var pending = new Stack<string>([step.Output]);
        while (pending.TryPop(out string? name))
        {
            if (step.Inputs.Contains(name) || _constants.IsConstant(name) || _constants.Producer(name) is not { } node || _counterparts.ContainsKey(name))
            {
                continue;
            }

            foreach (string output in node.Outputs)
            {
                _counterparts[output] = counterpart;
            }

            IEnumerable<string> inputs = step.Kind == TailKind.RowMove && step.Node == node ? node.Inputs.Take(1) : node.Inputs;
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
        _selection.NewNodes.Add(OnnxGraphBuilder.Encode("Slice", [shape, NewConstant([0]), NewConstant([-1]), NewConstant([0])], leading));
        _selection.NewNodes.Add(OnnxGraphBuilder.Encode("Concat", [leading, NewConstant([_tail.InputWidth])], widened, ("axis", 0)));
        return widened;
    }

    private string NewConstant(ReadOnlySpan<long> values)
    {
        string name = Unused("visual_tokens_constant");
        _selection.NewConstants.Add(new ProtobufWriter()
            .WriteInt64(1, values.Length).WriteInt64(2, OnnxTensor.Int64).WriteString(8, name).WriteBytes(9, MemoryMarshal.AsBytes(values)));
        return name;
    }

    /// <summary>Collects the nodes and constants that a value needs.</summary>
    private void Need(string value)
    {
        var pending = new Stack<string>([value]);
        while (pending.TryPop(out string? name))
        {
            int index = _constants.Order.ProducerIndex(name);
            if (!_selection.Values.Add(name) || index < 0 || !_selection.Nodes.Add(index))
            {
                continue;
            }

            OnnxNode node = _constants.Order.Graph.Nodes[index];
            if (GraphOrder.Reads(node).Any(_counterparts.ContainsKey))
            {
                // How many tokens there are is known before the projector, too. Anything else would need what is cut off.
                if (node is not { Operator: "Shape", Domain: "", Captured.Count: 0 })
                {
                    throw new InvalidDataException($"{node.Operator} '{node.Outputs[0]}' uses a value from inside the projector");
                }

                node = node with { Inputs = [.. node.Inputs.Select(input => _counterparts.GetValueOrDefault(input, input))] };
                _selection.Rewritten[index] = node;
            }

            foreach (string input in GraphOrder.Reads(node))
            {
                pending.Push(input);
            }
        }
    }

    private string Unused(string name)
    {
        OnnxGraph graph = _constants.Order.Graph;
        string unused = name;
        while (_selection.Values.Contains(unused) || _constants.Producer(unused) is not null || graph.Constants.ContainsKey(unused)
            || graph.Inputs.Any(input => input.Name == unused))
        {
            unused = $"{name}_{++_names}";
        }

        _selection.Values.Add(unused);
        return unused;
    }
}
