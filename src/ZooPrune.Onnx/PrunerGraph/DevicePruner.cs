using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>
/// Prunes where the visual tokens are: X goes in and the kept tokens come out as values of a device, and of the rest only what the host
/// asks for, the indices above all. Thread-safe.
/// </summary>
/// <remarks>
/// A session holds the projector's weights on the device; there is one for each of the last few options, and token counts where those are
/// fixed. What is kept is what <see cref="VisualTokenPruner"/> keeps, up to draws (<see cref="PrunerNodes"/>).
/// </remarks>
/// <param name="projector">M.</param>
/// <param name="settings">How the graphs run, and where.</param>
/// <param name="keepsOnDevice">Whether kept tokens stay on the device; otherwise they come to the host.</param>
internal sealed class DevicePruner(IProjector projector, GraphSettings settings, bool keepsOnDevice = false) : IDisposable
{
    private const int MostSessions = 4;
    private const string GraphName = "pruner";

    private static readonly PruningOptions Everything = new() { Keep = KeepBudget.Ratio(1), Selection = SelectionMethod.DivPrune };


    private readonly Lock _lock = new();
    private readonly List<(Key Key, GraphSession Session, VisualTokenPruner Model)> _sessions = [];
    private volatile bool _isDisposed;

    private enum Form
    {
        Row,
        Rows,
        Image,
        Tiles,
        All,
    }

    /// <summary>Prunes one image.</summary>
    /// <param name="visualTokens">
    /// X, float32 or float16, on the device: [N, D] where the number of tokens differs from image to image, [T, N, D] for T tiles.
    /// </param>
    /// <param name="candidates">Flat indices, tile x N + token, of what can be chosen, ascending; empty for all.</param>
    /// <param name="options">ZOO-Prune or DivPrune.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    /// <exception cref="NotSupportedException">The options or the projector have no graph.</exception>
    /// <exception cref="ZooPruneException">The graph failed, or a visual token is NaN or infinite.</exception>
    public DeviceSelection Prune(
        OrtValue visualTokens, ReadOnlySpan<int> candidates, PruningOptions options, CancellationToken cancellation = default)
    {
        long[] shape = visualTokens.GetTensorTypeAndShape().Shape;
        if (shape is [var count, _])
        {
            return Run(Form.Image, visualTokens, 0, options, [(int)count], [], cancellation);
        }

        (int tiles, int tokens) = ((int)shape[0], (int)shape[1]);
        if (tiles == 1 && (candidates.IsEmpty || candidates.Length == tokens))
        {
            return Run(Form.Row, visualTokens, tokens, options, [tokens], [], cancellation);
        }

        bool[] isCandidate = new bool[tiles * tokens];
        int[] lengths = new int[tiles];
        isCandidate.AsSpan().Fill(candidates.IsEmpty);
        lengths.AsSpan().Fill(candidates.IsEmpty ? tokens : 0);
        foreach (int index in candidates)
        {
            isCandidate[index] = true;
            lengths[index / tokens]++;
        }

        using TileInputs inputs = new(isCandidate, lengths, options);
        return Run(Form.Tiles, visualTokens, tokens, options, lengths, inputs.Values, cancellation);
    }

    /// <summary>Prunes several images of one tile in one run, each with a budget of its own.</summary>
    /// <param name="visualTokens">X [B, N, D], an image a row.</param>
    /// <param name="options">ZOO-Prune or DivPrune.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Kept tokens [B, K, H]; indices and order row after row, each counted within its image.</returns>
    /// <inheritdoc cref="Prune" path="/exception"/>
    public DeviceSelection PruneEach(OrtValue visualTokens, PruningOptions options, CancellationToken cancellation = default)
    {
        int tokens = (int)visualTokens.GetTensorTypeAndShape().Shape[1];
        return Run(Form.Rows, visualTokens, tokens, options, [tokens], [], cancellation);
    }

    /// <summary>Projects tokens and keeps them all.</summary>
    /// <param name="visualTokens">X, float32 or float16, on the device: [N, D] or [T, N, D].</param>
    /// <param name="wanted">Flat indices of the tokens, ascending.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ZooPruneException">The graph failed.</exception>
    public DeviceSelection KeepAll(OrtValue visualTokens, int[] wanted, CancellationToken cancellation = default)
    {
        OrtTensorTypeAndShapeInfo form = visualTokens.GetTensorTypeAndShape();
        using var indices = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(wanted, index => (long)index), [wanted.Length]);
        return InSession(new Key(Form.All, Everything, form.ElementDataType, form.Shape.Length), (session, _) => new DeviceSelection(
            Run(
                session,
                [(PrunerGraphWriter.Tokens, visualTokens), (PrunerGraphWriter.KeptIndices, indices)],
                [new(PrunerGraphWriter.KeptTokens, OnHost: !keepsOnDevice)],
                cancellation),
            wanted,
            wanted,
            null));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _sessions.ForEach(known => known.Session.Dispose());
            _sessions.Clear();
        }
    }

    private DeviceSelection Run(
        Form form,
        OrtValue visualTokens,
        int tokenCount,
        PruningOptions options,
        ReadOnlySpan<int> tileLengths,
        IReadOnlyList<(string Name, OrtValue Value)> more,
        CancellationToken cancellation)
    {
        TensorElementType type = visualTokens.GetTensorTypeAndShape().ElementDataType;

        // Budgets of tiles are inputs: one graph for all.
        PruningOptions written = form == Form.Tiles ? options with { Keep = KeepBudget.Tokens(1) } : options;
        var key = new Key(form, written with { MaxThreads = 0 }, type, tokenCount);
        int[] lengths = [.. tileLengths.ToArray().Where(length => length > 0)];
        return InSession(key, (session, model) => Select(
            session, [(PrunerGraphWriter.Tokens, visualTokens), .. more], model.NoteOn(lengths, options.Keep), cancellation));
    }

    private DeviceSelection InSession(Key key, Func<GraphSession, VisualTokenPruner, DeviceSelection> run)
    {
        while (true)
        {
            (GraphSession session, VisualTokenPruner model) = SessionFor(key);
            try
            {
                return run(session, model);
            }
            catch (ObjectDisposedException) when (!_isDisposed)
            {
                // It made room for another between being found and being run.
            }
        }
    }

    /// <summary>The session for a key, and a pruner that keeps the same. Where there are many, the one that was not used for longest
    /// goes, once its runs have ended.</summary>
    private (GraphSession Session, VisualTokenPruner Model) SessionFor(Key key)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            int place = _sessions.FindIndex(known => known.Key == key);
            (Key, GraphSession Session, VisualTokenPruner Model) found = place < 0 ? Create(key) : _sessions[place];
            if (place >= 0)
            {
                _sessions.RemoveAt(place);
            }
            else if (_sessions.Count == MostSessions)
            {
                _sessions[0].Session.Dispose();
                _sessions.RemoveAt(0);
            }

            _sessions.Add(found);
            return (found.Session, found.Model);
        }
    }

    private (Key Key, GraphSession Session, VisualTokenPruner Model) Create(Key key)
    {
        if (!PrunerNodes.CanWrite(key.Options))
        {
            throw Throw.GraphSelection(key.Options);
        }

        // Says what is wrong with the options, and what a user should know about the sensitivity.
        var model = new VisualTokenPruner(projector, key.Options);
        var writer = new PrunerGraphWriter(
            projector,
            key.Options,
            key.Type == TensorElementType.Float16 ? OnnxGraphBuilder.Element.Float16 : OnnxGraphBuilder.Element.Float);
        byte[] graph = key.Form switch
        {
            Form.Row => writer.Rows(key.TokenCount, imageCount: 1),
            Form.Rows => writer.Rows(key.TokenCount),
            Form.Image => writer.Image(),
            Form.All => writer.Projection(rank: key.TokenCount),
            _ => writer.Tiles(key.TokenCount),
        };
        return (key, GraphSession.Create(GraphName, graph, settings), model);
    }

    private static IDisposableReadOnlyCollection<OrtValue> Run(
        GraphSession session,
        IReadOnlyList<(string Name, OrtValue Value)> inputs,
        IReadOnlyList<OutputPlace> outputs,
        CancellationToken cancellation)
    {
        try
        {
            return session.Run(inputs, outputs, cancellation);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphFailed(GraphName, "visual tokens", exception);
        }
    }

    /// <exception cref="ZooPruneException">The graph failed, or a visual token is NaN or infinite.</exception>
    private DeviceSelection Select(
        GraphSession session, IReadOnlyList<(string Name, OrtValue Value)> inputs, string? note, CancellationToken cancellation)
    {
        IDisposableReadOnlyCollection<OrtValue> outputs = Run(
            session,
            inputs,
            [
                new(PrunerGraphWriter.KeptTokens, OnHost: !keepsOnDevice),
                new(PrunerGraphWriter.KeptIndices, OnHost: true),
                new(PrunerGraphWriter.Order, OnHost: true),
                new(PrunerGraphWriter.Soundness, OnHost: true),
            ],
            cancellation);
        var selection = new DeviceSelection(outputs, Integers(outputs[1]), Integers(outputs[2]), note);
        if (HostReads.Of<float>(outputs[3], 0, 1)[0] == 0)
        {
            return selection;
        }

        selection.Dispose();
        throw Throw.PrunerNotFinite();
    }

    private static int[] Integers(OrtValue value)
    {
        ReadOnlySpan<long> wide = HostReads.Of<long>(value, 0, (int)value.GetTensorTypeAndShape().ElementCount);
        int[] integers = new int[wide.Length];
        for (int i = 0; i < integers.Length; i++)
        {
            integers[i] = (int)wide[i];
        }

        return integers;
    }

    /// <summary>What a graph was written for; for All TokenCount is the rank of X.</summary>
    private sealed record Key(Form Form, PruningOptions Options, TensorElementType Type, int TokenCount);

    /// <summary>What a graph of tiles is told about them.</summary>
    private sealed class TileInputs : IDisposable
    {
        public TileInputs(bool[] isCandidate, int[] lengths, PruningOptions options)
        {
            int keep = options.Keep.Resolve(lengths.Sum());
            int[] shares = new int[lengths.Length];
            (int share, int remainder) = PerTileSelector.Divide(lengths, keep, shares);
            Add(PrunerNodes.Candidates, isCandidate, lengths.Length, isCandidate.Length / lengths.Length);
            Add(PrunerNodes.Keep, [(long)keep], 1);
            if (options.Selection == SelectionMethod.ZooPrune)
            {
                bool[] isOpen = [.. shares.Select(given => given == PerTileSelector.Open)];
                Add(PrunerNodes.Shares, [.. shares.Select((given, tile) => isOpen[tile] ? share : (long)given)], lengths.Length);
                Add(PrunerNodes.Spare, [.. isOpen.Select(open => open ? 0 : float.NegativeInfinity)], lengths.Length);
                Add(PrunerNodes.Remainder, [(long)remainder], 1);
            }
        }

        public List<(string Name, OrtValue Value)> Values { get; } = [];

        public void Dispose() => Values.ForEach(input => input.Value.Dispose());

        private void Add<T>(string name, T[] values, params long[] shape)
            where T : unmanaged => Values.Add((name, OrtValue.CreateTensorValueFromMemory(values, shape)));
    }
}

/// <summary>What was kept of an image, or of several, the tokens themselves still on the device.</summary>
internal sealed class DeviceSelection : IDisposable
{
    private readonly IDisposableReadOnlyCollection<OrtValue> _outputs;

    public DeviceSelection(IDisposableReadOnlyCollection<OrtValue> outputs, int[] keptIndices, int[] selectionOrder, string? note)
    {
        _outputs = outputs;
        KeptIndices = keptIndices;
        SelectionOrder = selectionOrder;
        Note = note;
    }

    /// <summary>[K, H], or [B, K, H]; of the type of X. Disposed with this.</summary>
    public OrtValue KeptTokens => _outputs[0];

    /// <summary>[K], ascending; flat indices tile x N + token.</summary>
    public int[] KeptIndices { get; }

    /// <summary>[K]; the same in the order in which they were chosen, tile after tile.</summary>
    public int[] SelectionOrder { get; }

    /// <summary>See <see cref="TokenSelection.Note"/>.</summary>
    public string? Note { get; }

    public void Dispose() => _outputs.Dispose();
}
