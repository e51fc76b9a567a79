using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The stages of a chain, chains in chains opened.</summary>
internal static class ChainStages
{
    /// <summary>The stages that take part in scoring, in order: a stage that was appended for training alone would change the answers if
    /// it came back as an ordinary one.</summary>
    public static IEnumerable<ITransformer> Of(ITransformer transformer)
    {
        if (transformer is ZooPruneModel loaded)
        {
            return Of(loaded.Chain);
        }

        // The chain's type parameter is the type of its last stage, which is not known here.
        Type type = transformer.GetType();
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(TransformerChain<>))
        {
            return [transformer];
        }

        object scoring = type.GetMethod(nameof(TransformerChain<ITransformer>.GetModelFor))!.Invoke(transformer, [TransformerScope.Scoring])!;
        return ((IEnumerable<ITransformer>)scoring).SelectMany(Of);
    }
}
