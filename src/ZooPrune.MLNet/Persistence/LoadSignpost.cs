using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace ZooPrune.MLNet;

/// <summary>What ML.NET's own Model.Load finds in a file of ours: a chain of one custom mapping, which says what to call instead as ML.NET
/// makes it. ZooPruneModel.Load does not look at it.</summary>
[CustomMappingFactoryAttribute(Contract)]
[SuppressMessage("Performance", "CA1812", Justification = "ML.NET creates it.")]
internal sealed class LoadSignpost : CustomMappingFactory<LoadSignpost.Nothing, LoadSignpost.Nothing>
{
    private const string Contract = "ZooPruneModel.Load";

    /// <summary>Names in the file.</summary>
    public static IReadOnlySet<string> Entries { get; } = new HashSet<string>
    {
        "TrainingInfo/Version.txt", "TransformerChain/Model.key", "TransformerChain/Transform_000/Model.key",
    };

    /// <summary>Writes what ML.NET will find, as ML.NET saves it.</summary>
    public static void Save(Stream stream)
    {
        var ml = new MLContext();
        ITransformer stage = ml.Transforms.CustomMapping<Nothing, Nothing>((_, _) => { }, Contract)
            .Fit(ml.Data.LoadFromEnumerable([new Nothing()]));
        ml.Model.Save(new TransformerChain<ITransformer>(stage), inputSchema: null, stream);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Action<Nothing, Nothing> GetMapping() => throw Throw.LoadedByMLNet();

    /// <summary>A row without columns.</summary>
    public sealed class Nothing
    {
    }
}
