using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.Graphs;

/// <summary>ONNX Runtime's telemetry: off, unless the program or its environment says otherwise.</summary>
internal static class TelemetrySwitch
{
    /// <summary>The AppContext switch, and with underscores the environment variable, that leave telemetry as ONNX Runtime has it.</summary>
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

        // The Linux and macOS libraries look at the variable when they are loaded; .NET's own copy of the environment is not theirs.
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
