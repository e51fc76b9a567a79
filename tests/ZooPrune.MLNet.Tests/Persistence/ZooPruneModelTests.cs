using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

public sealed class ZooPruneModelTests : IDisposable
{
    private readonly TinyChains _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Load_MixedChain_AnswersAsBefore()
    {
        using TransformerChain<ITransformer> chain = _test.Mixed();
        string path = _test.Save(chain);

        using ZooPruneModel loaded = ZooPruneModel.Load(new MLContext(), path, out DataViewSchema schema);

        Assert.Equal(_test.Read(chain), _test.Read(loaded));
        Assert.Equal(Shapes.Lines(_test.Schema), Shapes.Lines(schema));
        Assert.Equal(Shapes.Lines(chain.GetOutputSchema(_test.Schema)), Shapes.Lines(loaded.GetOutputSchema(schema)));
    }

    [Fact]
    public void Load_OneStage_AnswersAsBefore()
    {
        ITransformer stage = _test.Answering();

        using ZooPruneModel loaded = _test.Load(_test.Save(stage));

        Assert.Equal(_test.Read(stage), _test.Read(loaded));
    }

    [Fact]
    public void Load_ChainOfMLNetAlone_Works()
    {
        ITransformer copy = _test.ML.Transforms.CopyColumns("Copy", "Text").Fit(_test.Rows);

        using ZooPruneModel loaded = _test.Load(_test.Save(copy));

        Assert.Empty(loaded.Models);
        Assert.Equal("where ?", Numbers.Column<ReadOnlyMemory<char>>(loaded.Transform(_test.Rows), "Copy")[1].ToString());
    }

    [Fact]
    public void Load_InAPredictionEngine_AnswersAndIsDisposedWithIt()
    {
        TransformerChain<ITransformer> chain = _test.Mixed();
        ZooPruneModel loaded = _test.Load(_test.Save(chain));
        string expected = _test.Read(chain)[0];
        var example = new Question { ImagePath = TestModel.Questions(1)[0].ImagePath, Text = "what ?" };

        Answer answer;
        using (PredictionEngine<Question, Answer> engine = _test.ML.Model.CreatePredictionEngine<Question, Answer>(loaded))
        {
            answer = engine.Predict(example);
        }

        Assert.Equal(expected, $"{answer.Text} [{string.Join(' ', answer.KeptIndices)}]");
        Assert.Throws<ObjectDisposedException>(
            () => loaded.Models[0].Encode(loaded.Models[0].Prepare(Path.Combine(TestModel.Images, example.ImagePath))));
    }

    [Fact]
    public void Load_StagesOfOneModel_ShareOneSessionAndItsOptions()
    {
        var options = new VisionLanguageModelOptions { Threads = 2, MaxImagePixels = 1_000_000, Positions = PositionMode.KeepOriginal };
        using VisionLanguageModel one = VisionLanguageModel.Load(_test.ModelFolder, options);
        using VisionLanguageModel same = VisionLanguageModel.Load(_test.ModelFolder, options);
        using VisionLanguageModel other = VisionLanguageModel.Load(_test.ModelFolder);
        ITransformer chain = new EstimatorChain<ITransformer>()
            .Append(_test.ML.Transforms.PreprocessImages(new(one) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images }))
            .Append(_test.ML.Transforms.EncodeImages(new(same)))
            .Append(_test.ML.Transforms.PruneVisualTokens(new(one) { Keep = KeepBudget.Tokens(2) }))
            .Append(_test.ML.Transforms.GenerateText(new(other) { QuestionColumnName = "Text" }))
            .Fit(_test.Rows);

        using ZooPruneModel loaded = _test.Load(_test.Save(chain));

        Assert.Equal([options, new VisionLanguageModelOptions()], loaded.Models.Select(model => model.Options));
        Assert.Equal(
            [loaded.Models[0], loaded.Models[0], loaded.Models[0], loaded.Models[1]],
            ChainStages.Of(loaded).Cast<StageTransformer>().Select(stage => stage.Stage.Options!.Model));
    }

    [Fact]
    public void Load_ModelOptions_ReplaceTheSavedOnes()
    {
        string path = _test.Save(_test.Ours());

        using ZooPruneModel loaded = _test.Load(path, new ZooPruneLoadOptions { ModelOptions = new() { Threads = 2 } });

        Assert.Equal(2, Assert.Single(loaded.Models).Options.Threads);
    }

    [Fact]
    public void Load_EveryOptionSet_ComesBack()
    {
        var pruning = new PruneVisualTokensOptions(_test.Model)
        {
            Keep = KeepBudget.Ratio(0.1 + 0.2),
            Selection = SelectionMethod.DivPrune,
            Sensitivity = SensitivityMethod.Sampled,
            Directions = 7,
            StepSize = 0.1f,
            Seed = -3,
            Centering = 0.3f,
            Sharpness = 1.7f,
            MaxThreads = 2,
            SensitivityColumnName = "s",
            SelectionOrderColumnName = "o",
            ImageShapeColumnName = "i",
            KeptTokenCountColumnName = "k",
            NoteColumnName = "n",
            Errors = RowErrors.Throw,
            ErrorColumnName = "e",
        };
        var generation = new GenerateTextOptions(_test.Model)
        {
            QuestionColumnName = "Text",
            QuestionTemplate = "what {question}",
            MaxNewTokens = 5,
            BatchSize = 3,
            Generation = new GenerationOptions { Temperature = 0.7f, TopK = 4, TopP = 0.9f, Seed = 11 },
        };
        ITransformer chain = new EstimatorChain<ITransformer>()
            .Append(
                _test.ML.Transforms.PreprocessImages(
                    new(_test.Model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images, PixelValuesColumnName = "p" }))
            .Append(_test.ML.Transforms.EncodeImages(new(_test.Model) { PixelValuesColumnName = "p", BatchSize = 2 }))
            .Append(_test.ML.Transforms.PruneVisualTokens(pruning))
            .Append(_test.ML.Transforms.GenerateText(generation))
            .Fit(_test.Rows);
        string path = _test.Save(chain);

        using ZooPruneModel loaded = _test.Load(path);

        VisionStageOptions[] options = [.. ChainStages.Of(loaded).Cast<StageTransformer>().Select(stage => stage.Stage.Options!)];
        Assert.Equal(Facts(pruning), Facts(options[2]));
        Assert.Equal(Facts(generation), Facts(options[3]));
        Assert.Equal(TinyChains.Description(path), TinyChains.Description(_test.Save(loaded, name: "again.zip")));
    }

    [Fact]
    public void ModelLoad_OfASavedChain_SaysWhatToCallInstead()
    {
        string path = _test.Save(_test.Answering());

        Exception exception = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(path, out _));

        Assert.Equal(
            "Model.Load: the file is a chain that ZooPruneModel.Save saved, which ML.NET cannot make anew. Expected a file that "
                + "Model.Save wrote; load this one with ZooPruneModel.Load(mlContext, path, out DataViewSchema schema).",
            Assert.IsType<NotSupportedException>(exception.GetBaseException()).Message);
    }

    [Fact]
    public void Save_Twice_GivesTheSameBytes()
    {
        ITransformer chain = _test.Ours();

        Assert.Equal(File.ReadAllBytes(_test.Save(chain)), File.ReadAllBytes(_test.Save(chain, name: "again.zip")));
    }

    [Fact]
    public void Save_NestedAndLoadedChains_AreOpened()
    {
        using ZooPruneModel first = _test.Load(_test.Save(_test.Ours()));
        ITransformer copy = _test.ML.Transforms.CopyColumns("Copy", "Answer").Fit(first.Transform(_test.Rows));
        var nested = new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(first), copy);

        using ZooPruneModel loaded = _test.Load(_test.Save(nested));

        Assert.Equal(5, ChainStages.Of(loaded).Count());
        Assert.Equal(_test.Read(nested), _test.Read(loaded));
    }

    [Fact]
    public void Save_StageForTrainingAlone_IsLeftOut()
    {
        ITransformer training = _test.ML.Transforms.CopyColumns("Copy", "Text").Fit(_test.Rows);
        ITransformer scoring = _test.ML.Transforms.CopyColumns("Other", "Text").Fit(_test.Rows);
        TransformerChain<ITransformer> chain =
            new TransformerChain<ITransformer>().Append(training, TransformerScope.TrainTest).Append(scoring);

        using ZooPruneModel loaded = _test.Load(_test.Save(chain));

        Assert.Equal(["ImagePath", "Text", "Other"], loaded.GetOutputSchema(_test.Schema).Select(column => column.Name));
    }

    [Fact]
    public void Dispose_Once_EndsTheModelsAndLeavesTheOnesThatWereSaved()
    {
        ITransformer chain = _test.Ours();
        ZooPruneModel loaded = _test.Load(_test.Save(chain));
        IDataView view = loaded.Transform(_test.Rows);

        loaded.Dispose();
        loaded.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Numbers.Column<int>(view, "VisualTokenCount"));
        Assert.Equal(4, _test.Read(chain).Length);
    }

    [Fact]
    public void EmbedModels_FileMovedAway_AnswersAndLeavesNothingBehind()
    {
        ITransformer chain = _test.Mixed();
        string path = _test.Save(chain, new ZooPruneSaveOptions { EmbedModels = true });
        using TestFolder elsewhere = new();
        string moved = elsewhere.PathOf("moved.zip");
        File.Move(path, moved);

        string unpacked;
        using (ZooPruneModel loaded = _test.Load(moved))
        {
            unpacked = Assert.Single(loaded.Models).Files.Root;
            Assert.True(Directory.Exists(unpacked));
            Assert.Equal(_test.Read(chain), _test.Read(loaded));
        }

        Assert.False(Directory.Exists(unpacked));
    }

    [Fact]
    public void Save_ModelThatWasEmbedded_MustBeEmbeddedAgain()
    {
        using ZooPruneModel loaded = _test.Load(_test.Save(_test.Ours(), new ZooPruneSaveOptions { EmbedModels = true }));

        var exception = Assert.Throws<NotSupportedException>(() => _test.Save(loaded, name: "again.zip"));
        using ZooPruneModel again = _test.Load(_test.Save(loaded, new ZooPruneSaveOptions { EmbedModels = true }, "again.zip"));

        Assert.Equal(
            $"ZooPruneModel.Save: the model's folder '{loaded.Models[0].Files.Root}' cannot be named relative to "
                + $"'{Path.GetDirectoryName(_test.PathOf("x"))}', for it is on another drive or was unpacked from a file with an "
                + "embedded model. Expected a folder that stays; save with EmbedModels, or save on the same drive.",
            exception.Message);
        Assert.Equal(_test.Read(loaded), _test.Read(again));
    }

    [Fact]
    public void ModelFolder_ModelMoved_IsLookedForThere()
    {
        string path = _test.Save(_test.Ours());
        _test.Model.Dispose();
        Directory.Move(_test.ModelFolder, _test.PathOf("moved"));

        var exception = Assert.Throws<ZooPruneException>(() => _test.Load(path));
        using ZooPruneModel loaded = _test.Load(path, new ZooPruneLoadOptions { ModelFolder = _test.PathOf("moved") });

        Assert.Equal(
            $"ZooPruneModel.Load: '{path}' was saved with a model whose folder should be '{_test.ModelFolder}', and there is none. "
                + "Expected the model that was saved; put it there, say where it is with ModelFolder, or save with EmbedModels.",
            exception.Message);
        Assert.Equal(4, _test.Read(loaded).Length);
    }

    [Fact]
    public void ModelFolder_FileThatNamesNone_Throws()
    {
        string path = _test.Save(_test.Ours(), new ZooPruneSaveOptions { EmbedModels = true });

        var exception = Assert.Throws<ArgumentException>(
            "ModelFolder", () => _test.Load(path, new ZooPruneLoadOptions { ModelFolder = _test.ModelFolder }));

        Assert.StartsWith(
            $"ZooPruneModel.Load: ModelFolder is set, and '{path}' names the folders of 0 models. Expected a file that names one; "
                + "put the models where the file looks for them.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ImageFolder_AtLoading_ReplacesTheSavedOne()
    {
        ITransformer chain = _test.Ours();
        string[] expected = _test.Read(chain);
        string path = _test.Save(chain);
        Directory.CreateDirectory(_test.PathOf("images"));
        foreach (Question question in TestModel.Questions(2))
        {
            File.Copy(
                Path.Combine(TestModel.Images, question.ImagePath),
                Path.Combine(_test.PathOf("images"), Path.GetFileName(question.ImagePath)));
        }

        TinyChains.Describe(
            path,
            TinyChains.Description(path).Replace(
                System.Text.Json.JsonEncodedText.Encode(TestModel.Images).ToString(), "no such folder", StringComparison.Ordinal));

        var exception = Assert.Throws<ArgumentException>("ImageFolder", () => _test.Load(path));
        using ZooPruneModel loaded = _test.Load(path, new ZooPruneLoadOptions { ImageFolder = _test.PathOf("images") });

        Assert.StartsWith(
            "PreprocessImages: ImageFolder is 'no such folder', which is no folder.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(expected, _test.Read(loaded));
    }

    [Fact]
    public void OnnxGpuDeviceId_NoSuchGpu_IsAskedForAndForgottenAfterwards()
    {
        const int NoSuchGpu = 77;
        ITransformer chain = _test.Mixed();
        string path = _test.Save(chain, new ZooPruneSaveOptions { OnnxGpuDeviceId = NoSuchGpu });

        Assert.ThrowsAny<Exception>(() => _test.Load(path));
        Assert.Null(_test.ML.GpuDeviceId);
        using ZooPruneModel loaded = _test.Load(path, new ZooPruneLoadOptions { IgnoreSavedGpu = true });

        Assert.Equal(_test.Read(chain), _test.Read(loaded));
    }

    [Fact]
    public void Save_OutputSchemaInsteadOfInput_ThrowsAsTheStageDoes()
    {
        IDataView numbers = Numbers.View(1);

        Assert.Throws<ArgumentOutOfRangeException>(
            "inputSchema", () => ZooPruneModel.Save(_test.Ours(), numbers.Schema, _test.PathOf("x.zip")));
        Assert.False(File.Exists(_test.PathOf("x.zip")));
    }

    [Fact]
    public void Save_Fails_LeavesTheFileThatIsThere()
    {
        string path = _test.Save(_test.Ours());
        byte[] before = File.ReadAllBytes(path);
        string[] files = Directory.GetFileSystemEntries(_test.PathOf(string.Empty));

        var exception = Assert.Throws<NotSupportedException>(
            () => ZooPruneModel.Save(Numbers.Transformer(new DoublingStage()), Numbers.View(1).Schema, path));

        Assert.Equal(
            "ZooPruneModel.Save: stage Doubling is none that can be saved. Expected the stages of ZooPruneCatalog and ML.NET's "
                + "own; leave it out of the saved chain and append it after loading.",
            exception.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(files, Directory.GetFileSystemEntries(_test.PathOf(string.Empty)));
    }

    [Fact]
    public void Save_NoSuchFolder_SaysSo()
    {
        string path = Path.Combine(_test.PathOf("nowhere"), "x.zip");

        var exception = Assert.Throws<ArgumentException>("path", () => ZooPruneModel.Save(_test.Ours(), _test.Schema, path));

        Assert.StartsWith(
            $"ZooPruneModel.Save: '{path}' is in no folder that exists. Expected a path in an existing folder; create the folder first.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void SaveAndLoad_WrongArguments_Throw()
    {
        ITransformer chain = _test.Ours();

        Assert.Throws<ArgumentNullException>("chain", () => ZooPruneModel.Save(null!, _test.Schema, "x"));
        Assert.Throws<ArgumentNullException>("schema", () => ZooPruneModel.Save(chain, null!, "x"));
        Assert.Throws<ArgumentException>("path", () => ZooPruneModel.Save(chain, _test.Schema, " "));
        Assert.Throws<ArgumentOutOfRangeException>(
            "OnnxGpuDeviceId", () => ZooPruneModel.Save(chain, _test.Schema, "x", new() { OnnxGpuDeviceId = -1 }));
        Assert.Throws<ArgumentNullException>("ml", () => ZooPruneModel.Load(null!, "x", out _));
        Assert.Throws<ArgumentException>("path", () => _test.Load(" "));
        Assert.Throws<ArgumentOutOfRangeException>("MaxUnpackedBytes", () => _test.Load("x", new() { MaxUnpackedBytes = 0 }));
    }

    [Fact]
    public void ModelSave_ChainWithOurStages_NamesZooPruneModel()
    {
        using MemoryStream stream = new();

        var exception = Assert.Throws<NotSupportedException>(() => _test.ML.Model.Save(_test.Mixed(), _test.Schema, stream));

        Assert.Equal(
            "PreprocessImages: ML.NET's own Model.Save was asked to save this stage, and it gives stages of other packages no "
                + "place for their options. Expected a chain of ML.NET's own stages; save this one with ZooPruneModel.Save, and load it "
                + "with ZooPruneModel.Load.",
            exception.Message);
    }

    [Fact]
    public void Options_OfEveryStage_CanAllBeSaved()
    {
        // What the user has written himself, behind an interface, can only be saved while it is null. All else has a place in the file,
        // but for what belongs to one run.
        IEnumerable<string> others =
            from type in SavedStage.OptionTypes
            from property in type.GetProperties()
            where !SavedJson.CanSave(property.PropertyType) && !property.PropertyType.IsInterface
                && property.Name != nameof(VisionStageOptions.Cancellation)
            select $"{type.Name}.{property.Name}";

        Assert.Empty(others);
        Assert.Equal(
            typeof(VisionStageOptions).Assembly.GetTypes()
                .Where(type => !type.IsAbstract && typeof(VisionStageOptions).IsAssignableFrom(type))
                .OrderBy(type => type.Name),
            SavedStage.OptionTypes.OrderBy(type => type.Name));
    }

    [Fact]
    public void Options_WithCodeOfTheUser_AreRefusedUnlessItIsNull()
    {
        JsonSerializerOptions json = SavedJson.WithModels([]);
        var options = new OptionsWithCode(_test.Model) { Number = 3 };

        var exception = Assert.Throws<NotSupportedException>(() => SavedJson.RequireSavable(options with { Code = _test.Model.Projector }));
        SavedJson.RequireSavable(options);
        string text = JsonSerializer.Serialize(options, json);

        Assert.Equal(
            "ZooPruneModel.Save: OptionsWithCode has a value for Code, which is of type IProjector. Expected an option that is a "
                + "number, a text or a choice; leave the option out, or create the stage anew where the chain is loaded.",
            exception.Message);
        Assert.Equal(options, JsonSerializer.Deserialize<OptionsWithCode>(text, SavedJson.WithModels([_test.Model])));
        Assert.DoesNotContain("code", text, StringComparison.Ordinal);
    }

    private static string[] Facts(VisionStageOptions options) =>
        [.. options.GetType().GetProperties()
            .Where(property => property.Name != "Model")
            .OrderBy(property => property.Name)
            .Select(property => $"{property.Name} = {property.GetValue(options)}")];

    private sealed record OptionsWithCode : VisionStageOptions
    {
        public OptionsWithCode(VisionLanguageModel model)
            : base(model)
        {
        }

        public int Number { get; init; }

        public IProjector? Code { get; init; }
    }
}
