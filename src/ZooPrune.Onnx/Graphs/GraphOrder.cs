namespace ZooPrune.Onnx.Graphs;

/// <summary>Who gives each value of a graph, and in which order the nodes can run.</summary>
internal sealed class GraphOrder
{
    private readonly Dictionary<string, int> _producers = [];
    private readonly int[] _places;

    /// <exception cref="InvalidDataException">Two nodes give the same output, or nodes wait for each other in a circle.</exception>
    public GraphOrder(OnnxGraph graph)
    {
        Graph = graph;
        IReadOnlyList<OnnxNode> nodes = graph.Nodes;
        for (int index = 0; index < nodes.Count; index++)
        {
            foreach (string output in nodes[index].Outputs)
            {
                if (output.Length > 0 && (!_producers.TryAdd(output, index) || graph.Constants.ContainsKey(output)))
                {
                    throw new InvalidDataException($"'{output}' is the output of two nodes");
                }
            }
        }

        _places = Sort(nodes);
    }

    public OnnxGraph Graph { get; }

    /// <summary>The node that gives a value; null for graph inputs and initialisers.</summary>
    public OnnxNode? Producer(string name) => _producers.TryGetValue(name, out int index) ? Graph.Nodes[index] : null;

    /// <summary>Index of that node in the file; -1 for graph inputs and initialisers.</summary>
    public int ProducerIndex(string name) => _producers.GetValueOrDefault(name, -1);

    /// <summary>When a value is there: greater than that of everything it is made of.</summary>
    public int Place(string name) => _producers.TryGetValue(name, out int index) ? _places[index] : -1;

    /// <summary>Everything that a node reads, what its subgraphs take from outside included.</summary>
    public static IEnumerable<string> Reads(OnnxNode node) => node.Inputs.Concat(node.Captured).Where(name => name.Length > 0);

    /// <summary>The only value that a value depends on, found on the way back from it; null where there is none or more than one.</summary>
    /// <param name="output">Name of the value.</param>
    /// <param name="isGiven">Whether a value does not count, as a constant.</param>
    /// <param name="reads">What a node reads on this way; null where the way ends before it.</param>
    public string? OnlySource(string output, Func<string, bool> isGiven, Func<OnnxNode, string, IEnumerable<string>?> reads)
    {
        const int MostValues = 64;
        var seen = new HashSet<string>();
        var sources = new HashSet<string>();
        var pending = new Stack<string>([output]);
        while (pending.TryPop(out string? name))
        {
            if (!seen.Add(name) || isGiven(name))
            {
                continue;
            }

            if (seen.Count > MostValues)
            {
                return null;
            }

            if (Producer(name) is { } node && reads(node, name) is { } inputs)
            {
                foreach (string input in inputs)
                {
                    pending.Push(input);
                }
            }
            else
            {
                sources.Add(name);
            }
        }

        return sources.Count == 1 && sources.Single() != output ? sources.Single() : null;
    }

    private int[] Sort(IReadOnlyList<OnnxNode> nodes)
    {
        int[] waiting = new int[nodes.Count];
        var readers = new List<int>[nodes.Count];
        var ready = new Queue<int>();
        for (int index = 0; index < nodes.Count; index++)
        {
            foreach (int producer in Reads(nodes[index]).Select(ProducerIndex).Where(producer => producer >= 0).Distinct())
            {
                waiting[index]++;
                (readers[producer] ??= []).Add(index);
            }

            if (waiting[index] == 0)
            {
                ready.Enqueue(index);
            }
        }

        int[] places = new int[nodes.Count];
        int place = 0;
        while (ready.TryDequeue(out int index))
        {
            places[index] = place++;
            foreach (int reader in readers[index] ?? [])
            {
                if (--waiting[reader] == 0)
                {
                    ready.Enqueue(reader);
                }
            }
        }

        return place == nodes.Count
            ? places
            : throw new InvalidDataException($"{nodes.Count - place} of its {nodes.Count} nodes wait for each other in a circle");
    }
}
