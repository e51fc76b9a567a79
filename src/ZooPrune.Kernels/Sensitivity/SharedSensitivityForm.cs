namespace ZooPrune;

/// <summary>Computes the form of a projector when it is first asked for and keeps it for all copies of the projector.</summary>
internal sealed class SharedSensitivityForm
{
    private readonly Lock _lock = new();
    private volatile SensitivityForm? _form;

    /// <summary>The form if it was computed already.</summary>
    public SensitivityForm? Known => _form;

    /// <summary>The form; whoever comes first computes it, on as many threads as it may use, and the others wait.</summary>
    public SensitivityForm Of(MlpProjector projector, int maxThreads)
    {
        if (_form is null)
        {
            lock (_lock)
            {
                _form ??= SensitivityForm.Of(projector, maxThreads);
            }
        }

        return _form;
    }
}
