using System.Globalization;
using System.Runtime.InteropServices;

namespace ZooPrune.Onnx;

/// <summary>
/// Writes the graph that ends in X. Nodes and constants that X needs are taken over as they are, the rest is left out; what moved
/// tokens behind the projector (the order of Qwen's windows, reshapes) moves X instead, which is the same because the projector
/// treats each token on its own.
/// </summary>
internal sealed class EncoderCut
{
    private readonly ConstantFolder _constants;
    private readonly ProjectorTail _tail;

    // Values inside the projector, and what stands at the same place in the new graph: the same rows, another width.
    private readonly Dictionary<string, string> _counterparts = [];
    private readonly HashSet<int> _nodes = [];
    private readonly Dictionary<int, OnnxNode> _rewritten = [];
    private readonly HashSet<string> _values = [];
    private readonly List<ProtobufWriter> _newNodes = [];
    private readonly List<ProtobufWriter> _newConstants = [];
    private int _names;

    private EncoderCut(ConstantFolder constants, ProjectorTail tail)
    {
        _constants = constants;
        _tail = tail;
    }

    /// <param name="file">The whole graph's file.</param>
    /// <param name="constants">Its constants.</param>
    /// <param name="tail">What is cut off.</param>
    /// <param name="output">The whole graph's output.</param>
    /// <returns>The new graph's file, and the name of its output.</returns>
    /// <exception cref="InvalidDataException">The rest of the graph uses values from inside the projector.</exception>
    public static (byte[] Model, string Output) Write(
        ReadOnlyMemory<byte> file, ConstantFolder constants, ProjectorTail tail, OnnxValue output)
    {
        var cut = new EncoderCut(constants, tail);
        string end = cut.Unused("visual_tokens");
        string last = cut.MoveTokens();

        // Whatever the type was, X is float32; where it was so before, ONNX Runtime drops the node.
        cut._newNodes.Add(OnnxGraphBuilder.Encode("Cast", [last], end, ("to", OnnxTensor.Float)));
        string[] leading = [.. output.Dimensions?.SkipLast(1) ?? []];
        ProtobufWriter value = output.Dimensions is null
            ? OnnxGraphBuilder.EncodeValue(end, OnnxGraphBuilder.Element.Float)
            : OnnxGraphBuilder.EncodeValue(end, OnnxGraphBuilder.Element.Float, [.. leading, tail.InputWidth.ToString(CultureInfo.InvariantCulture)]);
        return (cut.Assemble(file, value), end);
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

            _newNodes.Add(OnnxGraphBuilder.Encode(node, [from, .. others], [to]));
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
        _newNodes.Add(OnnxGraphBuilder.Encode("Slice", [shape, NewConstant([0]), NewConstant([-1]), NewConstant([0])], leading));
        _newNodes.Add(OnnxGraphBuilder.Encode("Concat", [leading, NewConstant([_tail.InputWidth])], widened, ("axis", 0)));
        return widened;
    }

    private string NewConstant(ReadOnlySpan<long> values)
    {
        string name = Unused("visual_tokens_constant");
        _newConstants.Add(new ProtobufWriter()
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
            if (!_values.Add(name) || index < 0 || !_nodes.Add(index))
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
                _rewritten[index] = node;
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
        while (_values.Contains(unused) || _constants.Producer(unused) is not null || graph.Constants.ContainsKey(unused)
            || graph.Inputs.Any(input => input.Name == unused))
        {
            unused = $"{name}_{++_names}";
        }

        _values.Add(unused);
        return unused;
    }

    private byte[] Assemble(ReadOnlyMemory<byte> file, ProtobufWriter output)
    {
        var model = new ProtobufParts();
        var message = new ProtobufReader(file);
        for (int start = 0; message.TryReadField(out int field, out WireType type); start = message.Position)
        {
            if (field != 7)
            {
                message.Skip(type);
                model.Add(message.Since(start));
                continue;
            }

            ProtobufParts graph = Filter(message.ReadMessage());
            _newNodes.ForEach(node => graph.Add(1, node));
            _newConstants.ForEach(constant => graph.Add(5, constant));
            graph.Add(12, output);
            model.Add(7, graph);
        }

        return model.ToArray();
    }

    private ProtobufParts Filter(ProtobufReader graph)
    {
        var kept = new ProtobufParts();
        int index = 0;
        for (int start = 0; graph.TryReadField(out int field, out WireType type); start = graph.Position)
        {
            graph.Skip(type);
            ReadOnlyMemory<byte> bytes = graph.Since(start);
            switch (field)
            {
                case 1:
                    if (_rewritten.TryGetValue(index, out OnnxNode? node))
                    {
                        kept.Add(1, OnnxGraphBuilder.Encode(node, node.Inputs, node.Outputs));
                    }
                    else if (_nodes.Contains(index))
                    {
                        kept.Add(bytes);
                    }

                    index++;
                    break;

                // An initialiser may be an input as well; without the one the other would have to be fed.
                case 5 or 11 or 13:
                    string name = NameOf(bytes, nameField: field == 5 ? 8 : 1);
                    bool isConstant = _constants.Order.Graph.Constants.ContainsKey(name);
                    if (_values.Contains(name) || (field == 11 && !isConstant))
                    {
                        kept.Add(bytes);
                    }

                    break;

                // The output, and notes on quantised values.
                case 12 or 14:
                    break;
                default:
                    kept.Add(bytes);
                    break;
            }
        }

        return kept;
    }

    private static string NameOf(ReadOnlyMemory<byte> fieldBytes, int nameField)
    {
        var outer = new ProtobufReader(fieldBytes);
        outer.TryReadField(out _, out _);
        ProtobufReader message = outer.ReadMessage();
        string name = "";
        while (message.TryReadField(out int field, out WireType type))
        {
            if (field == nameField && type == WireType.Bytes)
            {
                name = message.ReadString();
            }
            else
            {
                message.Skip(type);
            }
        }

        return name;
    }
}
