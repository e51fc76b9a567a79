using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>A pruner graph on a device. Disposed when the last who entered has left, its owner included.</summary>
internal sealed class PrunerSession(InferenceSession session, string? note)
{
    private int _users = 1;

    /// <summary>What a user should know about the sensitivity; otherwise null.</summary>
    public string? Note => note;

    /// <summary>By somebody who knows that its owner has not left.</summary>
    public void Enter() => Interlocked.Increment(ref _users);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            session.Dispose();
        }
    }

    /// <summary>Kept tokens stay on the device, the rest comes to the host.</summary>
    /// <exception cref="ZooPruneException">The graph failed, or a visual token is NaN or infinite.</exception>
    public DeviceSelection Run(
        OrtValue visualTokens, IReadOnlyList<(string Name, OrtValue Value)> more, OrtMemoryInfo memory, string? selectionNote)
    {
        using var runOptions = new RunOptions();
        using OrtIoBinding binding = session.CreateIoBinding();
        binding.BindInput(PrunerGraphWriter.Tokens, visualTokens);
        foreach ((string name, OrtValue value) in more)
        {
            binding.BindInput(name, value);
        }

        binding.BindOutputToDevice(PrunerGraphWriter.KeptTokens, memory);
        binding.BindOutputToDevice(PrunerGraphWriter.KeptIndices, OrtMemoryInfo.DefaultInstance);
        binding.BindOutputToDevice(PrunerGraphWriter.Order, OrtMemoryInfo.DefaultInstance);
        binding.BindOutputToDevice(PrunerGraphWriter.Soundness, OrtMemoryInfo.DefaultInstance);
        try
        {
            session.RunWithBinding(runOptions, binding);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphFailed("pruner", "visual tokens", exception);
        }

        IDisposableReadOnlyCollection<OrtValue> outputs = binding.GetOutputValues();
        var selection = new DeviceSelection(outputs, Integers(outputs[1]), Integers(outputs[2]), selectionNote);
        if (outputs[3].GetTensorDataAsSpan<float>()[0] == 0)
        {
            return selection;
        }

        selection.Dispose();
        throw Throw.PrunerNotFinite();
    }

    private static int[] Integers(OrtValue value)
    {
        ReadOnlySpan<long> wide = value.GetTensorDataAsSpan<long>();
        int[] integers = new int[wide.Length];
        for (int i = 0; i < integers.Length; i++)
        {
            integers[i] = (int)wide[i];
        }

        return integers;
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
