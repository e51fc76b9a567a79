namespace Microsoft.ML;

/// <summary>The stand-in saves no models: nothing of ours saves one through ML.NET.</summary>
internal static class Saving
{
    public static Exception NotSupported() => new NotSupportedException("The stand-in for ML.NET saves no models.");
}
