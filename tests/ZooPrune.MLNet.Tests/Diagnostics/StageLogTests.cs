using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ZooPrune.MLNet.Tests;

public sealed class StageLogTests : IDisposable
{
    private readonly TinyChains _test = new();
    private readonly List<string> _messages = [];

    public StageLogTests() => _test.ML.Log += (_, message) =>
    {
        if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Info && message.Source.Contains("ZooPrune", StringComparison.Ordinal))
        {
            lock (_messages)
            {
                _messages.Add($"{message.Kind}: {message.RawMessage}");
            }
        }
    };

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Log_GoodRows_SaysWhatThePassCameTo()
    {
        _test.Read(_test.Answering());

        Assert.Matches(@"^Info: AnswerQuestions: 4 rows in [0-9.]+ s; 4 of 8 visual tokens kept\.$", Assert.Single(_messages));
    }

    [Fact]
    public void Log_BadRowAndNotes_WarnsOfEachOnce()
    {
        Question[] questions =
        [
            new() { ImagePath = "none.png", Text = "what ?" },
            .. TestModel.Questions(1).Select(question => new Question { ImagePath = question.ImagePath, Text = "what ?" }),
            .. TestModel.Questions(1).Select(question => new Question { ImagePath = question.ImagePath, Text = "where ?" }),
        ];
        IDataView rows = _test.ML.Data.LoadFromEnumerable(questions);
        IEstimator<ITransformer> stages = _test.ML.Transforms
            .PreprocessImages(new(_test.Model) { ImageColumnName = "ImagePath", ImageFolder = TestModel.Images })
            .Append(_test.ML.Transforms.EncodeImages(new(_test.Model)))
            .Append(_test.ML.Transforms.PruneVisualTokens(new(_test.Model) { Keep = KeepBudget.Tokens(700) }));

        string[] errors = Numbers.Column<ReadOnlyMemory<char>>(stages.Fit(rows).Transform(rows), "Error").Select(text => text.ToString()).ToArray();

        Assert.Equal(["", ""], errors[1..]);
        Assert.Equal(
            [
                $"Warning: {errors[0]}",
                "Warning: PruneVisualTokens: keep 700 of 4: all tokens kept",
                "Info: PruneVisualTokens: 3 rows; 8 of 8 visual tokens kept.",
                "Info: EncodeImages: 3 rows.",
                "Info: PreprocessImages: 3 rows, 1 with errors.",
            ],
            _messages.Select(message => System.Text.RegularExpressions.Regex.Replace(message, " in [0-9.]+ s", "")));
    }

    [Fact]
    public void Log_ManyBadRows_WarnsOfTheFirstOnes()
    {
        Question[] questions = [.. Enumerable.Range(0, 25).Select(i => new Question { ImagePath = $"none-{i}.png", Text = "what ?" })];
        IDataView rows = _test.ML.Data.LoadFromEnumerable(questions);
        ITransformer stage = _test.Answering();

        _ = Numbers.Column<ReadOnlyMemory<char>>(stage.Transform(rows), "Error");

        Assert.Equal(StageLog.MostWarnings + 1, _messages.Count(message => message.StartsWith("Warning: ", StringComparison.Ordinal)));
        Assert.Equal("Warning: AnswerQuestions: further rows with errors are only counted; their column says why.", _messages[^2]);
        Assert.Matches(@"^Info: AnswerQuestions: 25 rows in [0-9.]+ s, 25 with errors\.$", _messages[^1]);
    }

    [Fact]
    public void Log_LoadedChain_TellsTheContextThatLoadedIt()
    {
        string path = _test.Save(_test.Answering());

        using ZooPruneModel loaded = _test.Load(path);
        _test.Read(loaded);

        Assert.StartsWith("Info: AnswerQuestions: 4 rows in ", Assert.Single(_messages), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_NoComputedColumnRead_SaysNothing()
    {
        _ = Numbers.Column<ReadOnlyMemory<char>>(_test.Answering().Transform(_test.Rows), "Text");

        Assert.Empty(_messages);
    }
}
