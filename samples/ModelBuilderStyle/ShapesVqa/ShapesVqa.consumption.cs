using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Asks pictures, in the shape that Model Builder gives its consumption code.</summary>
public static partial class ShapesVqa
{
    private static readonly Lazy<VisionLanguageModel> SharedModel = new(() => VisionLanguageModel.Load(ModelLocation.Find(null)));

    private static readonly Lazy<PredictionEngine<ModelInput, ModelOutput>> SharedEngine =
        new(() => CreatePredictEngine(SharedModel.Value, KeepBudget.Tokens(DefaultKeep)));

    /// <summary>Answers one question with the default budget and the model of the repository, which the first call loads. Any number of
    /// threads may call; the engine, which is not thread-safe, serves one after the other. A server pools engines instead.</summary>
    /// <param name="input">Image and question.</param>
    /// <returns>The answer; look at <see cref="ModelOutput.Error"/> first.</returns>
    public static ModelOutput Predict(ModelInput input)
    {
        lock (SharedEngine)
        {
            return SharedEngine.Value.Predict(input);
        }
    }

    /// <summary>Answers many questions with the default budget and the model of the repository, in batches and in order.</summary>
    /// <param name="inputs">Read as the result is enumerated.</param>
    public static IEnumerable<ModelOutput> PredictAll(IEnumerable<ModelInput> inputs) =>
        PredictAll(SharedModel.Value, KeepBudget.Tokens(DefaultKeep), inputs);

    /// <summary>Answers many questions, in batches and in order.</summary>
    /// <param name="model">The model; must outlive the enumeration.</param>
    /// <param name="keep">How many visual tokens are kept.</param>
    /// <param name="inputs">Read as the result is enumerated.</param>
    public static IEnumerable<ModelOutput> PredictAll(VisionLanguageModel model, KeepBudget keep, IEnumerable<ModelInput> inputs)
    {
        var ml = new MLContext(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(inputs);
        return ml.Data.CreateEnumerable<ModelOutput>(BuildPipeline(ml, model, keep).Fit(rows).Transform(rows), reuseRowObject: false);
    }

    /// <summary>An engine of its own, for one thread at a time. It does not own the model.</summary>
    /// <param name="model">The model; must outlive the engine.</param>
    /// <param name="keep">How many visual tokens are kept.</param>
    public static PredictionEngine<ModelInput, ModelOutput> CreatePredictEngine(VisionLanguageModel model, KeepBudget keep)
    {
        var ml = new MLContext(seed: 1);
        IDataView schema = ml.Data.LoadFromEnumerable(Array.Empty<ModelInput>());
        return ml.Model.CreatePredictionEngine<ModelInput, ModelOutput>(BuildPipeline(ml, model, keep).Fit(schema));
    }

    /// <summary>What goes in.</summary>
    public sealed class ModelInput
    {
        /// <summary>A whole image file.</summary>
        public byte[] Image { get; set; } = [];

        /// <summary>What is asked about it.</summary>
        public string Question { get; set; } = "";
    }

    /// <summary>What comes out: the columns of the stages.</summary>
    public sealed class ModelOutput
    {
        /// <summary>The answer; empty if there is an error.</summary>
        public string Answer { get; set; } = "";

        /// <summary>[K], ascending: the visual tokens that were kept, numbered row by row over the picture.</summary>
        public int[] KeptIndices { get; set; } = [];

        /// <summary>N, the visual tokens before pruning.</summary>
        public int VisualTokenCount { get; set; }

        /// <summary>What should be known about the answer, for example words that the model does not know. Usually empty.</summary>
        public string Note { get; set; } = "";

        /// <summary>Why there is no answer; empty if there is one.</summary>
        public string Error { get; set; } = "";

        /// <summary>Decoding, resizing and normalising the picture.</summary>
        public float PreprocessMilliseconds { get; set; }

        /// <summary>The vision encoder.</summary>
        public float EncodeMilliseconds { get; set; }

        /// <summary>Projecting, scoring and choosing the tokens.</summary>
        public float PruneMilliseconds { get; set; }

        /// <summary>The language model's first pass over kept tokens and question.</summary>
        public float PrefillMilliseconds { get; set; }

        /// <summary>The words of the answer after the first.</summary>
        public float DecodeMilliseconds { get; set; }

        /// <summary>All stages together.</summary>
        [NoColumn]
        public float TotalMilliseconds =>
            PreprocessMilliseconds + EncodeMilliseconds + PruneMilliseconds + PrefillMilliseconds + DecodeMilliseconds;
    }
}
