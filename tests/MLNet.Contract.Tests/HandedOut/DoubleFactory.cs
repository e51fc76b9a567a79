using Microsoft.ML.Transforms;

namespace ZooPrune.Contract;

/// <summary>A named mapping that Model.Load can find: Y = 2 X and Pair = (X, X + 1).</summary>
[CustomMappingFactoryAttribute("contract-double")]
public sealed class DoubleFactory : CustomMappingFactory<Number, Mapped>
{
    public static void Map(Number source, Mapped target)
    {
        target.Y = 2 * source.X;
        target.Pair = [source.X, source.X + 1];
    }

    public override Action<Number, Mapped> GetMapping() => Map;
}
