namespace ZooPrune.Samples;

/// <summary>One setting in figures.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Accuracy">Mean score, 0 to 1; with exact answers their share.</param>
/// <param name="KeptAccuracy">Accuracy over that with all tokens; null if that is 0.</param>
/// <param name="Agreement">Share of answers that are the unpruned answer, word for word.</param>
/// <param name="YesNo">The answers to the questions that expect yes or no.</param>
/// <param name="Kinds">Mean score of each kind of question.</param>
/// <param name="Cost">What a question costs.</param>
internal sealed record Score(
    Setting Setting,
    Estimate Accuracy,
    Estimate? KeptAccuracy,
    Estimate Agreement,
    YesNoCounts YesNo,
    IReadOnlyDictionary<string, KindScore> Kinds,
    Cost Cost)
{
    private const double Rounding = 1e-9;

    /// <summary>Mean score by the other rule, official or sensible.</summary>
    public double OtherAccuracy { get; init; }

    /// <summary>Of each kind of question the share of images about which all of them were answered rightly.</summary>
    public IReadOnlyDictionary<string, double> WholeImages { get; init; } = new Dictionary<string, double>();

    /// <summary>The figures of one setting.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="images">Its tally of each image; at least one.</param>
    /// <param name="full">The tallies of the same images with all tokens.</param>
    public static Score Of(Setting setting, IReadOnlyList<Tally> images, IReadOnlyList<Tally> full)
    {
        double questions = images.Sum(image => image.Questions);
        return new Score(
            setting,
            Estimate.OfRatio([.. images.Select(image => (image.Correct, (double)image.Questions))])!,
            Estimate.OfRatio([.. images.Zip(full, (image, unpruned) => (image.Correct, unpruned.Correct))]),
            Estimate.OfRatio([.. images.Select(image => (image.Same, (double)image.Questions))])!,
            images.Aggregate(default(YesNoCounts), (sum, image) => sum + image.YesNo),
            images.SelectMany(image => image.Kinds)
                .GroupBy(kind => kind.Key, kind => kind.Value)
                .OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .ToDictionary(kind => kind.Key, kind => KindScore.Of([.. kind])),
            1 / questions * images.Select(image => image.Cost).Aggregate((sum, cost) => sum + cost))
        {
            OtherAccuracy = images.Sum(image => image.OtherCorrect) / questions,
            WholeImages = images.SelectMany(image => image.Kinds)
                .GroupBy(kind => kind.Key, kind => kind.Value)
                .ToDictionary(kind => kind.Key, kind => kind.Average(image => image.Correct >= image.Questions - Rounding ? 1.0 : 0)),
        };
    }
}

/// <summary>One kind of question in one setting.</summary>
/// <param name="Questions">How many there are.</param>
/// <param name="Accuracy">Mean score, 0 to 1.</param>
internal sealed record KindScore(int Questions, double Accuracy)
{
    /// <summary>The sum over images.</summary>
    public static KindScore Of(IReadOnlyList<(int Questions, double Correct)> images)
    {
        int questions = images.Sum(image => image.Questions);
        return new KindScore(questions, images.Sum(image => image.Correct) / questions);
    }
}
