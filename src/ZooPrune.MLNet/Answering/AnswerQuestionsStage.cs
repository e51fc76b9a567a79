using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Image and question -> answer, in one stage. Immutable.</summary>
internal sealed class AnswerQuestionsStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.AnswerQuestions);

    public AnswerQuestionsStage(AnswerQuestionsOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Options = options;
        Model = options.Model;
        ImageFolder = RequireFolder(options.ImageFolder, nameof(options.ImageFolder));
        Settings = new AnswerSettings(StageName, options.QuestionTemplate, options.MaxNewTokens, options.Sampling);
        Pruner = new StagePruner(options, wantsScores: false);
        BatchSize = ChooseBatchSize(
            options.BatchSize,
            GenerateTextStage.MostRows,
            EncodeImagesStage.BytesPerImage(Model) + GenerateTextStage.BytesPerRow(Model, options.MaxNewTokens));
        Image = Reads(
            InputColumn.AnyImage(options.ImageColumnName, "check that the file is there and is a whole PNG or JPEG image."),
            nameof(options.ImageColumnName));
        Question = Reads(
            InputColumn.Text(options.QuestionColumnName, "name the column with the questions in QuestionColumnName, and give every row a question."),
            nameof(options.QuestionColumnName));
        EarlierNote = Reads(
            InputColumn.OptionalText(options.NoteColumnName, "give the notes of this pipeline another name with NoteColumnName."),
            nameof(options.NoteColumnName));

        Answer = Text(options.AnswerColumnName, nameof(options.AnswerColumnName));
        KeptIndices = Adds(
            new VectorColumn<int>(options.KeptIndicesColumnName, new VectorDataViewType(NumberDataViewType.Int32)),
            nameof(options.KeptIndicesColumnName));
        VisualTokenCount = Adds(
            new ScalarColumn<int>(options.VisualTokenCountColumnName, NumberDataViewType.Int32),
            nameof(options.VisualTokenCountColumnName));
        if (options.KeptTokenCountColumnName is { } count)
        {
            KeptTokenCount = Adds(new ScalarColumn<int>(count, NumberDataViewType.Int32), nameof(options.KeptTokenCountColumnName));
        }

        Note = Text(options.NoteColumnName, nameof(options.NoteColumnName));
        PreprocessMilliseconds = Time(options.PreprocessMillisecondsColumnName, nameof(options.PreprocessMillisecondsColumnName));
        EncodeMilliseconds = Time(options.EncodeMillisecondsColumnName, nameof(options.EncodeMillisecondsColumnName));
        PruneMilliseconds = Time(options.PruneMillisecondsColumnName, nameof(options.PruneMillisecondsColumnName));
        PrefillMilliseconds = Time(options.PrefillMillisecondsColumnName, nameof(options.PrefillMillisecondsColumnName));
        DecodeMilliseconds = Time(options.DecodeMillisecondsColumnName, nameof(options.DecodeMillisecondsColumnName));
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
    public override StageWork Open(BoundRow row, int capacity) => new AnswerQuestionsWork(this, row, capacity);

    private ScalarColumn<ReadOnlyMemory<char>> Text(string name, string option) =>
        Adds(new ScalarColumn<ReadOnlyMemory<char>>(name, TextDataViewType.Instance), option);

    private ScalarColumn<float> Time(string name, string option) => Adds(new ScalarColumn<float>(name, NumberDataViewType.Single), option);
}
