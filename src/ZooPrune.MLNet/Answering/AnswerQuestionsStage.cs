using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Image and question -> answer, in one stage. Immutable.</summary>
internal sealed class AnswerQuestionsStage : StageDefinition
{
    public const string StageName = nameof(ZooPruneCatalog.AnswerQuestions);

    public AnswerQuestionsStage(AnswerQuestionsOptions options)
        : base(StageName, options)
    {
        Model = options.Model;
        ImageFolder = RequireFolder(options.ImageFolder, nameof(options.ImageFolder));
        Settings = new AnswerSettings(StageName, options.QuestionTemplate, options.Generation, options.MaxNewTokens);
        Pruner = new StagePruner(options, wantsScores: false);
        BatchSize = ChooseBatchSize(
            options.BatchSize,
            GenerateTextStage.MostRows,
            EncodeImagesStage.BytesPerImage(Model) + GenerateTextStage.BytesPerRow(Model, Settings.Generation.MaxNewTokens));
        Image = Reads(InputColumn.Image(options.ImageColumnName), nameof(options.ImageColumnName));
        Question = Reads(InputColumn.Question(options.QuestionColumnName), nameof(options.QuestionColumnName));
        EarlierNote = Reads(InputColumn.Notes(options.NoteColumnName), nameof(options.NoteColumnName));
        Answer = AddsText(options.AnswerColumnName);
        KeptIndices = AddsVector<int>(options.KeptIndicesColumnName, NumberDataViewType.Int32);
        VisualTokenCount = AddsCount(options.VisualTokenCountColumnName);
        if (options.KeptTokenCountColumnName is not null)
        {
            KeptTokenCount = AddsCount(options.KeptTokenCountColumnName);
        }

        Note = AddsText(options.NoteColumnName);
        PreprocessMilliseconds = AddsMilliseconds(options.PreprocessMillisecondsColumnName);
        EncodeMilliseconds = AddsMilliseconds(options.EncodeMillisecondsColumnName);
        PruneMilliseconds = AddsMilliseconds(options.PruneMillisecondsColumnName);
        PrefillMilliseconds = AddsMilliseconds(options.PrefillMillisecondsColumnName);
        DecodeMilliseconds = AddsMilliseconds(options.DecodeMillisecondsColumnName);
    }

    public VisionLanguageModel Model { get; }

    /// <summary>Where relative paths start; empty is the current directory.</summary>
    public string ImageFolder { get; }

    public AnswerSettings Settings { get; }

    /// <inheritdoc cref="GenerateTextStage.MostTokens"/>
    public long MostTokens => (long)BatchSize * GenerateTextStage.UsualTokens(Model);

    /// <summary>The method.</summary>
    public StagePruner Pruner { get; }

    public InputColumn Image { get; }

    public InputColumn Question { get; }

    public InputColumn EarlierNote { get; }

    public ScalarColumn<ReadOnlyMemory<char>> Answer { get; }

    public VectorColumn<int> KeptIndices { get; }

    public ScalarColumn<int> VisualTokenCount { get; }

    /// <summary>Null if the options name no such column.</summary>
    public ScalarColumn<int>? KeptTokenCount { get; }

    public ScalarColumn<ReadOnlyMemory<char>> Note { get; }

    public ScalarColumn<float> PreprocessMilliseconds { get; }

    public ScalarColumn<float> EncodeMilliseconds { get; }

    public ScalarColumn<float> PruneMilliseconds { get; }

    public ScalarColumn<float> PrefillMilliseconds { get; }

    public ScalarColumn<float> DecodeMilliseconds { get; }

    /// <inheritdoc/>
    public override BatchMapper Open(InputRow row, int capacity) => new AnswerQuestionsMapper(this, row, capacity);
}
