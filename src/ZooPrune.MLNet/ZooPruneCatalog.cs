using Microsoft.ML;

namespace ZooPrune.MLNet;

/// <summary>The stages of a pipeline that answers questions about images, one method per verb.</summary>
/// <remarks>Every stage computes a row when a consumer reads one of the columns it adds, once per row and cursor, and nothing
/// before. EncodeImages, GenerateText and AnswerQuestions then read ahead and compute several rows at once: one row the first time, then
/// two, and so on up to their BatchSize. The values of a row, and what happens to a bad one, do not depend on its neighbours. Views may
/// be read by many threads at once; each cursor has its own buffers. A stage passes on all columns of its input, row order and shuffling
/// included, works in a PredictionEngine, and leaves the model to its owner. Whoever listens to the context's Log hears of rows with errors, of notes,
/// and at the end of a pass what it came to.</remarks>
public static class ZooPruneCatalog
{
    /// <summary>Images to pixel values: what the model's vision encoder takes.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="options">The model, the column names, and what else the stage leaves open.</param>
    /// <returns>An estimator that has nothing to learn: its Fit checks the schema.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">An option has a value it cannot have.</exception>
    public static IEstimator<ITransformer> PreprocessImages(this TransformsCatalog catalog, PreprocessImagesOptions options) =>
        Estimator(catalog, options, options => new PreprocessImagesStage(options));

    /// <summary>Pixel values to visual tokens by the model's own session, several images a run: the encoder's output, before the projector.
    /// The same values as ApplyOnnxModel with the model's encoder file where that ends before the projector and an image is one tile; and a
    /// time per row.</summary>
    /// <inheritdoc cref="PreprocessImages"/>
    public static IEstimator<ITransformer> EncodeImages(this TransformsCatalog catalog, EncodeImagesOptions options) =>
        Estimator(catalog, options, options => new EncodeImagesStage(options));

    /// <summary>Visual tokens to the few that are kept, projected to the width of the language model.</summary>
    /// <inheritdoc cref="PreprocessImages"/>
    public static IEstimator<ITransformer> PruneVisualTokens(this TransformsCatalog catalog, PruneVisualTokensOptions options) =>
        Estimator(catalog, options, options => new PruneVisualTokensStage(options));

    /// <summary>Kept tokens and a question to an answer, several rows side by side.</summary>
    /// <inheritdoc cref="PreprocessImages"/>
    public static IEstimator<ITransformer> GenerateText(this TransformsCatalog catalog, GenerateTextOptions options) =>
        Estimator(catalog, options, options => new GenerateTextStage(options));

    /// <summary>Images and questions to answers in one stage: what the four others do, without columns in between. Rows are computed in
    /// batches; rows that follow each other with the same image share its preprocessing, encoding, pruning and its part of the
    /// prompt.</summary>
    /// <inheritdoc cref="PreprocessImages"/>
    public static IEstimator<ITransformer> AnswerQuestions(this TransformsCatalog catalog, AnswerQuestionsOptions options) =>
        Estimator(catalog, options, options => new AnswerQuestionsStage(options));

    private static StageEstimator Estimator<TOptions>(TransformsCatalog catalog, TOptions options, Func<TOptions, StageDefinition> define)
        where TOptions : VisionStageOptions
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        StageDefinition stage = define(options);
        stage.Log = StageLog.Of(catalog);
        return new StageEstimator(catalog, stage);
    }
}
