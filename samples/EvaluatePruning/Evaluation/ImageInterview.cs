using System.Diagnostics;
using ZooPrune.Onnx;
using ZooPrune.Text;

namespace ZooPrune.Samples;

/// <summary>Asks all questions about an image in every setting. The image is encoded once, pruned once for each method, budget and seed,
/// and read by the language model once for each of these. Safe for several images at once.</summary>
internal sealed class ImageInterview : IDisposable
{
    private const int PicturesForMedian = 25;
    private const int CommonWidth = 640;
    private const int CommonHeight = 480;

    private readonly string _instruction;
    private readonly bool _byLogits;
    private readonly string _modelFolder;
    private int[][] _letters = [];
    private readonly Dictionary<PositionMode, VisionLanguageModel> _models = [];
    private readonly VisionLanguageModel _model;

    /// <summary>Loads the model, once for each position mode.</summary>
    /// <exception cref="ZooPruneException">The model folder is no good.</exception>
    /// <exception cref="UsageException">No method is left that the model can be asked with.</exception>
    public ImageInterview(string modelFolder, EvaluateOptions options)
    {
        _instruction = options.Instruction is { } text ? "\n" + text : "";
        _byLogits = options.ByLogits;
        _modelFolder = modelFolder;
        foreach (PositionMode mode in options.Positions)
        {
            var model = VisionLanguageModel.Load(modelFolder, options.Running with { Positions = mode });
            _models.Add(model.Positions, model);
        }

        _model = _models.Values.First();
        Lazy<string?> attention = new(WhyNoAttention);
        (Candidate Candidate, string? Problem)[] candidates =
        [
            .. options.Candidates.Select(candidate => (
                candidate,
                candidate.Options(options.Budgets[0], 0) is not { } pruning ? _model.WhyNoDownsampling
                    : _model.NeedsAttention(pruning) ? attention.Value
                    : null)),
        ];
        LeftOut =
        [
            .. candidates.Where(entry => entry.Problem is not null)
                .Select(entry => $"{entry.Candidate.Name} is left out: {entry.Problem}"),
        ];
        if (LeftOut.Count == candidates.Length)
        {
            Dispose();
            throw Throw.NoMethodLeft(LeftOut);
        }

        Settings =
        [
            Setting.Full,
            .. from mode in _models.Keys
               from candidate in candidates.Where(entry => entry.Problem is null).Select(entry => entry.Candidate)
               from keep in options.Budgets
               select new Setting(candidate, keep, mode),
        ];
    }

    /// <summary>Every setting, all tokens first.</summary>
    public IReadOnlyList<Setting> Settings { get; }

    /// <summary>Methods that were asked for and that this model has not, and why: a sentence each.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>N, the visual tokens of one image; where that depends on the picture, the median of some.</summary>
    /// <param name="paths">Images that will be asked about. Those that cannot be read are passed over here.</param>
    public int CountVisualTokens(IEnumerable<string> paths)
    {
        if (_model.VisualTokenCount > 0)
        {
            return _model.VisualTokenCount;
        }

        int[] counts = [.. paths.Take(PicturesForMedian).Select(TryCount).OfType<int>().Order()];
        return counts.Length == 0 ? _model.LayoutOf(CommonWidth, CommonHeight).TileLengths.Sum() : counts[counts.Length / 2];
    }

    /// <summary>Finds the tokens of the letters of options, where those are chosen by logits.</summary>
    /// <param name="count">Most options of a question.</param>
    /// <exception cref="UsageException">Two letters have the same token.</exception>
    public void CheckLetters(int count)
    {
        if (!_byLogits || count == 0)
        {
            return;
        }

        // After a prompt a letter may come as a word of its own or right behind what was written.
        var tokenizer = Tokenizer.Load(Path.Combine(_modelFolder, "tokenizer.json"));
        _letters =
        [
            .. Enumerable.Range(0, count).Select(ChoiceReading.Letter).Select(letter => (int[])
                [.. new[] { letter, $" {letter}" }.Select(text => tokenizer.Encode(text, addSpecialTokens: false)[^1]).Distinct()]),
        ];
        for (int second = 1; second < count; second++)
        {
            if (Array.Find([.. Enumerable.Range(0, second)], first => _letters[first].Intersect(_letters[second]).Any()) is var first
                && _letters[first].Intersect(_letters[second]).Any())
            {
                throw Throw.NoLetterTokens(ChoiceReading.Letter(first), ChoiceReading.Letter(second));
            }
        }
    }

    /// <summary>Asks about one image.</summary>
    /// <param name="image">Its path in the questions file.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="questions">What is asked.</param>
    /// <param name="cancellation">Looked at between settings.</param>
    /// <exception cref="ZooPruneException">The image cannot be used, or a graph failed.</exception>
    /// <exception cref="ArgumentException">A question is empty.</exception>
    public ImageAnswers Ask(string image, string path, IReadOnlyList<ReferenceQuestion> questions, CancellationToken cancellation)
    {
        (PreparedImage prepared, double preprocess) = Timed(() => _model.Prepare(path));
        EncodedImage encoded = _model.Encode(prepared, cancellation);
        PruningOptions? attentive = Settings.Select(setting => setting.Candidate?.Options(setting.Keep!.Value, 0))
            .FirstOrDefault(options => options is not null && _model.NeedsAttention(options));

        // Once more with the attention read, for all methods that use it; these are charged for that run.
        EncodedImage inside = attentive is null ? encoded : _model.Encode(prepared, attentive, cancellation);
        var answers = new SettingAnswers[Settings.Count];

        // What is kept does not depend on the position mode: settings that differ in nothing else share it.
        foreach (IGrouping<(Candidate?, KeepBudget?), (Setting Setting, int Index)> same in Settings
            .Select((setting, index) => (setting, index))
            .GroupBy(entry => (entry.setting.Candidate, entry.setting.Keep)))
        {
            cancellation.ThrowIfCancellationRequested();
            PrunedImage[] kept = Choose(same.First().Setting, prepared, encoded, inside, cancellation);
            foreach ((Setting setting, int index) in same)
            {
                answers[index] = Answer(setting.Keep is null ? _model : _models[setting.Positions], questions, kept);
            }
        }

        return new ImageAnswers(image, preprocess, answers);
    }

    public void Dispose()
    {
        foreach (VisionLanguageModel model in _models.Values)
        {
            model.Dispose();
        }
    }

    private PrunedImage[] Choose(
        Setting setting, PreparedImage prepared, EncodedImage encoded, EncodedImage inside, CancellationToken cancellation)
    {
        if (setting is { Candidate.Pruning: null, Keep: { } keep })
        {
            return [_model.Downsample(prepared, keep, cancellation)];
        }

        return
        [
            .. Enumerable.Range(0, setting.Seeds).Select(seed =>
            {
                PruningOptions? options = setting.Candidate?.Options(setting.Keep!.Value, seed);
                return _model.Prune(options is not null && _model.NeedsAttention(options) ? inside : encoded, options);
            }),
        ];
    }

    /// <summary>Tries to read the attention of a grey picture.</summary>
    private string? WhyNoAttention()
    {
        const int Side = 64;
        byte[] grey = new byte[3 * Side * Side];
        grey.AsSpan().Fill(128);
        try
        {
            _model.Encode(
                _model.Prepare(grey, Side, Side),
                new PruningOptions { Keep = KeepBudget.Tokens(1), Selection = SelectionMethod.FasterVlm });
            return null;
        }
        catch (ZooPruneException problem)
        {
            return problem.Message;
        }
    }

    private int? TryCount(string path)
    {
        try
        {
            return _model.LayoutOf(_model.Prepare(path)).TileLengths.Sum();
        }
        catch (ZooPruneException)
        {
            // It will be reported when it is asked about.
            return null;
        }
    }

    private SettingAnswers Answer(VisionLanguageModel model, IReadOnlyList<ReferenceQuestion> questions, PrunedImage[] images)
    {
        double prefill = 0;
        double decode = 0;
        List<string[]> texts = [];
        foreach (PrunedImage image in images)
        {
            // The kept tokens are read once for all questions; each answer is charged for the whole prefill all the same.
            using PrefixCache context = model.CachePrefix(image);
            texts.Add([.. questions.Select(question =>
            {
                if (_byLogits && question.Options.Count > 0)
                {
                    (string letter, double read) = Timed(() => LikeliestLetter(model, question, image));
                    prefill += read;
                    return letter;
                }

                VisionAnswer answer = model.Answer(context, question.Text + _instruction);
                prefill += (context.Prefill + answer.Timings.Prefill).TotalMilliseconds;
                decode += answer.Timings.Decode.TotalMilliseconds;
                return answer.Text;
            })]);
        }

        double asked = images.Length * questions.Count;
        Cost cost = new(
            images.Average(image => image.Timings.Encode.TotalMilliseconds),
            images.Average(image => image.Timings.Prune.TotalMilliseconds),
            prefill / asked,
            decode / asked,
            images.Average(image => image.KeptTokenCount));
        return new SettingAnswers(cost, texts);
    }

    private string LikeliestLetter(VisionLanguageModel model, ReferenceQuestion question, PrunedImage image)
    {
        float[] logits = model.NextTokenLogits([new ChatTurn(ChatTurn.User, question.Text + _instruction, [image])]);
        return ChoiceReading.Letter(
            Enumerable.Range(0, question.Options.Count).MaxBy(index => _letters[index].Max(token => logits[token])));
    }

    private static (T Result, double Milliseconds) Timed<T>(Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        T result = work();
        return (result, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}

/// <summary>Everything the model said about one image.</summary>
/// <param name="Image">Its path in the questions file.</param>
/// <param name="Preprocess">Milliseconds from file to pixel values.</param>
/// <param name="Settings">One entry a setting, in the order of the run.</param>
internal sealed record ImageAnswers(string Image, double Preprocess, IReadOnlyList<SettingAnswers> Settings);

/// <summary>What the model answered about one image in one setting.</summary>
/// <param name="Cost">What each question cost.</param>
/// <param name="Texts">[seed][question]; one seed unless the method is repeated.</param>
internal sealed record SettingAnswers(Cost Cost, IReadOnlyList<IReadOnlyList<string>> Texts);
