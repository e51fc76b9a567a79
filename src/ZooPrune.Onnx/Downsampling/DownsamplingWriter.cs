using Google.Protobuf.Collections;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Downsampling;

/// <summary>
/// Makes a vision encoder of one size one of any size: its positions become an input, and what the exporter wrote down about the number of
/// tokens is computed from another.
/// </summary>
internal sealed class DownsamplingWriter
{
    /// <summary>Input: the position table of the size, float32.</summary>
    public const string Positions = "zooprune_positions";

    /// <summary>Input: g x g, the tokens of the size, int64 [1].</summary>
    public const string Tokens = "zooprune_tokens";

    private readonly ConstantFolder _constants;
    private readonly PositionTable _table;
    private readonly ModelProto _model;
    private readonly OnnxGraphBuilder _builder;
    private readonly HashSet<(string, int)> _done = [];
    private string? _tokensAndClass;

    private DownsamplingWriter(ConstantFolder constants, PositionTable table)
    {
        _constants = constants;
        _table = table;
        _model = constants.Order.Graph.Model.Clone();
        _builder = new OnnxGraphBuilder("sizes", constants.Order.Graph.OperatorSet, "zooprune_sizes.");
    }

    /// <summary>N; the visual tokens of the size that the exporter had.</summary>
    private int Count => _table.Grid * _table.Grid;

    /// <summary>Writes the graph.</summary>
    /// <param name="constants">An encoder that ends in X, and its constants.</param>
    /// <param name="grid">G; it gives G x G visual tokens.</param>
    /// <param name="problem">Why it cannot be done, as a clause.</param>
    /// <returns>The new model and its table; null with a problem.</returns>
    /// <exception cref="InvalidDataException">The graph is broken.</exception>
    public static (ModelProto Model, PositionTable Table)? Write(ConstantFolder constants, int grid, out string problem)
    {
        OnnxGraph graph = constants.Order.Graph;
        OnnxNode[] nodes = [.. graph.Nodes.OrderBy(node => constants.Order.Place(node.Outputs[0]))];
        HashSet<string> picture = Behind(nodes, graph.Inputs[0].Name);
        foreach (OnnxNode node in nodes.Where(node => node is { Operator: "Add", Domain: "", Inputs.Count: 2 }))
        {
            int place = picture.Contains(node.Inputs[0]) ? 1 : 0;
            if (picture.Contains(node.Inputs[1 - place]) && !picture.Contains(node.Inputs[place])
                && PositionTable.Read(constants, node.Inputs[place], grid) is { } table)
            {
                var writer = new DownsamplingWriter(constants, table);
                problem = writer.Write(node, place, nodes);
                return problem.Length == 0 ? (writer._model, table) : null;
            }
        }

        problem = $"nothing of the shape [{grid * grid} or {(grid * grid) + 1}, width] that is constant is added to its patches";
        return null;
    }

    private string Write(OnnxNode add, int place, OnnxNode[] nodes)
    {
        string[] ones = [.. Enumerable.Repeat("1", _table.Shape.Length - 2)];
        string positions = _builder.Input(Positions, OnnxGraphBuilder.Element.Float, [.. ones, "rows", $"{_table.Width}"]);
        _builder.Input(Tokens, OnnxGraphBuilder.Element.Int64, "1");
        Proto(add).Input[place] = _table.ElementType == OnnxTensor.Float
            ? positions
            : _builder.Node("Cast", [positions], ("to", _table.ElementType));
        HashSet<string> behind = Behind(nodes, add.Outputs[0]);
        foreach (OnnxNode node in nodes)
        {
            if (node is { Operator: "Reshape" or "Expand", Domain: "", Inputs: [var source, _] }
                && !Shape(node, behind.Contains(source)))
            {
                string sizes = string.Join(", ", Pieces(node).SelectMany(piece => piece.Sizes));
                return $"a {node.Operator} to [{sizes}] does not tell which number is that of the tokens";
            }
        }

        OpenDimensions();
        foreach ((int i, NodeProto node) in _builder.Graph.Node.Index())
        {
            _model.Graph.Node.Insert(i, node);
        }

        _model.IrVersion = Math.Max(_model.IrVersion, 4); // Before, every initialiser had to be an input.
        _model.Graph.Initializer.Add(_builder.Graph.Initializer);
        _model.Graph.Input.Add(_builder.Graph.Input);
        return "";
    }

    /// <summary>Takes numbers of tokens out of a shape.</summary>
    /// <returns>Whether it is clear which they are.</returns>
    private bool Shape(OnnxNode node, bool isBehind)
    {
        Piece[] pieces = [.. Pieces(node)];
        if (TokenPlaces([.. pieces.SelectMany(piece => piece.Sizes)], Count, _table.Width, isBehind) is not { } places)
        {
            return false;
        }

        int start = 0;
        foreach (Piece piece in pieces)
        {
            // A constant may be part of other shapes too, so it stays as it is; a Concat may be met more than once.
            if (piece.Sizes.Index().Any(size => places.Contains(start + size.Index))
                && _done.Add((piece.Reader.Outputs[0], piece.Input)))
            {
                Proto(piece.Reader).Input[piece.Input] = _builder.Node(
                    "Concat",
                    [.. piece.Sizes.Select((size, i) => places.Contains(start + i) ? Number(size) : _builder.Constant([size], 1))],
                    ("axis", 0));
            }

            start += piece.Sizes.Length;
        }

        return true;
    }

    /// <summary>Which sizes of a shape are N or N + 1 because there are so many tokens.</summary>
    /// <remarks>
    /// Other sizes may be the same number by chance: the width, that of a head, the heads. Behind the positions the last size is a width,
    /// unless the last two are those of attention; and where N + 1 is among the sizes, there is a class token, and N is something else.
    /// </remarks>
    /// <param name="sizes">What a Reshape or an Expand is given; -1 for what is computed.</param>
    /// <param name="count">N.</param>
    /// <param name="width">D.</param>
    /// <param name="isBehind">Whether it is given something that has its positions.</param>
    /// <returns>Null where that cannot be told.</returns>
    public static int[]? TokenPlaces(long[] sizes, int count, int width, bool isBehind)
    {
        int last = sizes.Length - 1;
        bool isAttention = isBehind && last > 1 && sizes[last] == sizes[last - 1];
        int[] places = Of(count + 1) is { Length: > 0 } all ? all : Of(count);
        bool mayBeWidth = (!isBehind || isAttention) && places.Any(place => sizes[place] == width);
        int most = isAttention && places.Contains(last) ? 2 : 1;
        return mayBeWidth || places.Length > most ? null : places;

        int[] Of(long number) =>
            [.. Enumerable.Range(0, sizes.Length).Where(place => sizes[place] == number && (!isBehind || isAttention || place < last))];
    }

    /// <summary>What a Reshape's or Expand's shape is put together from.</summary>
    private IEnumerable<Piece> Pieces(OnnxNode node) =>
        _constants.Producer(node.Inputs[1]) is { Operator: "Concat", Domain: "" } concat
            ? concat.Inputs.Select((input, i) => new Piece(concat, i, Sizes(input)))
            : [new Piece(node, 1, Sizes(node.Inputs[1]))];

    private long[] Sizes(string value) => _constants.FindIntegers(value)?.Values.Select(size => (long)size).ToArray() ?? [-1];

    /// <summary>The name of g x g where N was, of one more where N + 1 was.</summary>
    private string Number(long size) =>
        size == Count ? Tokens : _tokensAndClass ??= _builder.Node("Add", [Tokens, _builder.Constant([1L], 1)]);

    private NodeProto Proto(OnnxNode node) => _model.Graph.Node[_constants.Order.ProducerIndex(node.Outputs[0])];

    /// <summary>What the file says about sizes holds no longer.</summary>
    private void OpenDimensions()
    {
        _model.Graph.ValueInfo.Clear();
        string pixels = _constants.Order.Graph.Inputs[0].Name;
        Open(_model.Graph.Input.Single(input => input.Name == pixels), (2, "height"), (3, "width"));
        foreach (ValueInfoProto output in _model.Graph.Output)
        {
            Open(output, (1, "visual_tokens"));
        }

        static void Open(ValueInfoProto value, params ReadOnlySpan<(int Place, string Name)> names)
        {
            RepeatedField<DimensionProto>? dimensions = value.Type?.TensorType?.Shape?.Dim;
            foreach ((int place, string name) in names)
            {
                if (place < dimensions?.Count)
                {
                    dimensions[place] = new DimensionProto { DimParam = name };
                }
            }
        }
    }

    /// <summary>Everything that depends on a value, and the value.</summary>
    private static HashSet<string> Behind(OnnxNode[] nodes, string value)
    {
        var behind = new HashSet<string> { value };
        foreach (OnnxNode node in nodes.Where(node => GraphOrder.Reads(node).Any(behind.Contains)))
        {
            behind.UnionWith(node.Outputs);
        }

        return behind;
    }

    /// <summary>Sizes that a node reads; -1 for one that is computed.</summary>
    private sealed record Piece(OnnxNode Reader, int Input, long[] Sizes);
}
