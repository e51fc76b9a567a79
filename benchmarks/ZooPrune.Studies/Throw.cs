namespace ZooPrune.Samples;

internal static partial class Throw
{
    private const string Program = "ZooPrune.Studies";
}
