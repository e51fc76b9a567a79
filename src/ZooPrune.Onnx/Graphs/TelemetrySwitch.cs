using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.Graphs;

/// <summary>ONNX Runtime's telemetry: off, unless the program or its environment says otherwise.</summary>
internal static class TelemetrySwitch
{
    /// <summary>The AppContext switch that leaves telemetry as ONNX Runtime has it; the environment variable is
    /// ZOOPRUNE_ORT_TELEMETRY=1.</summary>
    public const string Name = "ZooPrune.OnnxRuntimeTelemetry";

    private const string Variable = "ZOOPRUNE_ORT_TELEMETRY";

    private static readonly Lazy<bool> IsOff = new(TurnOff);

    /// <summary>Turns it off, once a process, before the first graph is loaded.</summary>
    public static bool Apply() => IsOff.Value;

    private static bool TurnOff()
    {
        if ((AppContext.TryGetSwitch(Name, out bool isOn) && isOn) || Environment.GetEnvironmentVariable(Variable) == "1")
        {
            return false;
        }

        // The Linux and macOS libraries look at the variable when they are first used; .NET's own copy of the environment is not theirs.
        // Without it they start a thread and a database of events, ~/.cache/Microsoft/DeveloperTools/.onnxruntime, which
        // DisableTelemetryEvents does not end.
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1", overwrite: 1);
        }

        OrtEnv.Instance().DisableTelemetryEvents();
        return true;
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetEnvironmentVariable(string name, string value, int overwrite);
}
