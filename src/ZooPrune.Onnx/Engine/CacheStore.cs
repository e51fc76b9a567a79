using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Engine;

/// <summary>A row of a state's value, on its way to another value.</summary>
/// <param name="Value">Where it is.</param>
/// <param name="Rows">Rows of that value.</param>
/// <param name="Row">Which it is.</param>
/// <param name="First">The first token that is copied.</param>
/// <param name="Tokens">Tokens that are copied.</param>
/// <param name="Start">Where the first goes.</param>
internal readonly record struct StateRow(OrtValue Value, int Rows, int Row, int First, int Tokens, int Start);

/// <summary>Makes values for states where a decoder has them. Thread-safe.</summary>
internal interface ICacheStore : IDisposable
{
    /// <summary>Zeros, [rows, ..., tokens, ...].</summary>
    OrtValue Zeros(DecoderState state, int rows, int tokens);

    /// <summary>Copies rows side by side, each padded with zeros to a number of tokens.</summary>
    /// <param name="state">Whose rows they are.</param>
    /// <param name="rows">One at least; each has a token at least where the state grows.</param>
    /// <param name="tokens">Room of the new value, where the state grows.</param>
    OrtValue Copy(DecoderState state, IReadOnlyList<StateRow> rows, int tokens);
}

/// <summary>In the memory of the host.</summary>
internal sealed class HostCacheStore : ICacheStore
{
    public OrtValue Zeros(DecoderState state, int rows, int tokens)
    {
        OrtValue value = Allocate(state, rows, tokens);
        if (!state.Grows || tokens > 0)
        {
            value.GetTensorMutableRawData().Clear();
        }

        return value;
    }

    public OrtValue Copy(DecoderState state, IReadOnlyList<StateRow> rows, int tokens)
    {
        OrtValue value = Allocate(state, rows.Count, tokens);
        Span<byte> all = value.GetTensorMutableRawData();
        int length = all.Length / rows.Count;
        for (int row = 0; row < rows.Count; row++)
        {
            CopyRow(state, rows[row], all.Slice(row * length, length));
        }

        return value;
    }

    public void Dispose()
    {
        // Each value frees its own memory.
    }

    private static void CopyRow(DecoderState state, StateRow row, Span<byte> target)
    {
        ReadOnlySpan<byte> values = HostReads.Bytes(row.Value);
        values = values.Slice(row.Row * (values.Length / row.Rows), values.Length / row.Rows);
        if (!state.Grows)
        {
            values.CopyTo(target);
            return;
        }

        // [parts, tokens, ...]
        (int from, int to) = (values.Length / state.Parts, target.Length / state.Parts);
        (int start, int bytes) = (row.Start * state.TokenBytes, row.Tokens * state.TokenBytes);
        for (int part = 0; part < state.Parts; part++)
        {
            Span<byte> all = target.Slice(part * to, to);
            all[..start].Clear();
            values.Slice((part * from) + (row.First * state.TokenBytes), bytes).CopyTo(all[start..]);
            all[(start + bytes)..].Clear();
        }
    }

    private static OrtValue Allocate(DecoderState state, int rows, int tokens) =>
        OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, state.Type, state.ShapeFor(rows, tokens));
}

/// <summary>On a device, by small graphs that run there: nothing comes to the host.</summary>
/// <param name="settings">The decoder's.</param>
internal sealed class GraphCacheStore(GraphSettings settings) : ICacheStore
{
    private const string Result = "value";

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, GraphSession> _sessions = [];
    private bool _isDisposed;

    public OrtValue Zeros(DecoderState state, int rows, int tokens)
    {
        using OrtValue shape = OrtValue.CreateTensorValueFromMemory(state.ShapeFor(rows, tokens), [state.Shape.Length]);
        return Run(state, 0, [("shape", shape)]);
    }

    public OrtValue Copy(DecoderState state, IReadOnlyList<StateRow> rows, int tokens)
    {
        using var owned = new DisposableList<OrtValue>();
        var inputs = new List<(string, OrtValue)>();
        foreach ((int i, StateRow row) in rows.Index())
        {
            inputs.Add(($"past{i}", row.Value));
            Add($"row{i}", row.Row);
            if (!state.Grows)
            {
                continue;
            }

            Add($"first{i}", row.First);
            Add($"end{i}", row.First + row.Tokens);
            long[] pads = new long[2 * state.Shape.Length];
            pads[state.TokenAxis] = row.Start;
            pads[state.Shape.Length + state.TokenAxis] = tokens - row.Start - row.Tokens;
            Add($"pads{i}", pads);
        }

        return Run(state, rows.Count, inputs);

        void Add(string name, params long[] numbers)
        {
            owned.Add(OrtValue.CreateTensorValueFromMemory(numbers, [numbers.Length]));
            inputs.Add((name, owned[^1]));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (GraphSession session in _sessions.Values)
            {
                session.Dispose();
            }
        }
    }

    /// <summary>Runs the graph for so many rows, or for zeros.</summary>
    private OrtValue Run(DecoderState state, int rows, IReadOnlyList<(string, OrtValue)> inputs)
    {
        // States of one shape share a graph.
        var key = new Key(rows, state.Type, state.TokenAxis, string.Join(',', state.Shape[1..]));
        GraphSession session;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(VisionLanguageModel));
            if (!_sessions.TryGetValue(key, out session!))
            {
                byte[] model = rows == 0 ? ZerosGraph(state) : CopyGraph(rows, state);
                _sessions[key] = session = GraphSession.Create("cache", model, settings);
            }
        }

        IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(inputs, [new OutputPlace(Result)]);
        return outputs[0];
    }

    private static byte[] ZerosGraph(DecoderState state)
    {
        var graph = new OnnxGraphBuilder("zeros", operatorSet: 17);
        var element = (OnnxGraphBuilder.Element)(int)state.Type;
        string shape = graph.Input("shape", OnnxGraphBuilder.Element.Int64, $"{state.Shape.Length}");
        graph.Node("ConstantOfShape", "", [shape], Result, ("value", (element, new byte[state.ElementBytes], new long[] { 1 })));
        graph.Output(Result, element, Dimensions(state, "zeros"));
        return graph.Build();
    }

    /// <summary>Of each input a row, of that some tokens, those padded; one row below the other.</summary>
    private static byte[] CopyGraph(int rows, DecoderState state)
    {
        var graph = new OnnxGraphBuilder("copy", operatorSet: 17);
        var element = (OnnxGraphBuilder.Element)(int)state.Type;
        string[] parts = new string[rows];
        for (int i = 0; i < rows; i++)
        {
            string past = graph.Input($"past{i}", element, Dimensions(state, $"past{i}"));
            parts[i] = graph.Node("Gather", [past, Numbers($"row{i}", 1)], ("axis", 0));
            if (state.Grows)
            {
                string axis = graph.Constant([(long)state.TokenAxis], 1);
                parts[i] = graph.Node("Slice", [parts[i], Numbers($"first{i}", 1), Numbers($"end{i}", 1), axis]);
                parts[i] = graph.Node("Pad", [parts[i], Numbers($"pads{i}", 2 * state.Shape.Length)]);
            }
        }

        graph.Node("Concat", "", parts, Result, ("axis", 0));
        graph.Output(Result, element, Dimensions(state, "copy"));
        return graph.Build();

        string Numbers(string name, int count) => graph.Input(name, OnnxGraphBuilder.Element.Int64, $"{count}");
    }

    private static string[] Dimensions(DecoderState state, string name) =>
    [
        .. state.Shape.Select((size, i) => i == 0 ? $"{name}_rows" : i == state.TokenAxis ? $"{name}_tokens" : $"{size}"),
    ];

    private readonly record struct Key(int Rows, TensorElementType Type, int TokenAxis, string Shape);
}
