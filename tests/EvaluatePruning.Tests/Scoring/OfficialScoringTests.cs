namespace ZooPrune.Samples.Tests;

/// <summary>Answers as the scripts read them that published figures come from (docs/evaluating.md), and as a person would.</summary>
public class OfficialScoringTests
{
    /// <summary>What POPE's evaluate.py makes of an answer, and what it means.</summary>
    [Theory]
    [InlineData("No", false, false)]
    [InlineData("no", false, false)]
    [InlineData("No.", false, false)]
    [InlineData("No, there is not.", false, false)]
    [InlineData("There is not a dog. Yes.", false, false)]
    [InlineData("Yes", true, true)]
    [InlineData("Yes. There is no cat.", true, true)]
    [InlineData("nothing", true, true)]
    [InlineData("", true, true)]
    [InlineData("NO", true, false)]
    [InlineData("Not", true, false)]
    [InlineData("No\nYes", true, false)]
    [InlineData("NOT", true, false)]
    [InlineData("no\tdog", true, false)]
    [InlineData("No!", true, true)]
    public void Pope_Answer_IsReadAsTheScriptDoes(string answer, bool official, bool sensible)
    {
        Assert.Equal(official, YesNo.IsYesOfficially(answer));
        Assert.Equal(sensible, YesNo.IsYes(answer));
        ReferenceQuestion question = new("a.jpg", "Is there a dog?", "yes", "", []);
        var measure = AnswerMeasure.Of(QuestionFormat.Pope);
        Assert.Equal((official ? 1 : 0, sensible ? 1 : 0), (measure.Score(answer, question), measure.OtherScore(answer, question)));
        measure = AnswerMeasure.Of(QuestionFormat.Pope, ScoringRule.Sensible);
        Assert.Equal((sensible ? 1 : 0, official ? 1 : 0), (measure.Score(answer, question), measure.OtherScore(answer, question)));
    }

    /// <summary>What vqaEval.py's rules give, worked out by hand, for ten people: so many said the first, the others the second.</summary>
    [Theory]
    [InlineData("50", "50", 3, "50%", 0.9)] // % is none of the marks
    [InlineData("50%", "50", 3, "50%", 1)]
    [InlineData("it\u2019s", "it's", 9, "its", 0)] // another letter
    [InlineData("it's", "it's", 3, "its", 0.9)]
    [InlineData("its", "it's", 9, "its", 0.3)] // "its" is no missing contraction
    [InlineData("dont", "don't", 9, "no", 1)]
    [InlineData("Two", "2", 9, "one", 1)]
    [InlineData("a dog", "dog", 9, "cat", 1)]
    [InlineData("The Dog.", "dog", 9, "cat", 1)]
    [InlineData("1,000", "1000", 9, "100", 1)] // a grouped number takes commas away
    [InlineData("red,blue", "red blue", 9, "red", 1)] // no space beside it: becomes one
    [InlineData("red, blue", "red blue", 9, "red", 1)] // a space beside it: goes
    [InlineData("t-shirt", "t shirt", 9, "shirt", 1)]
    [InlineData("t- shirt", "t shirt", 9, "shirt", 1)]
    [InlineData("1-2, 3,4", "12 34", 9, "x", 1)] // with a grouped number every mark goes
    [InlineData("3.5", "3.5", 9, "3", 1)]
    [InlineData("U.S.A.", "usa", 9, "us", 1)]
    [InlineData("2:50", "2:50", 9, "250", 1)]
    [InlineData("none", "0", 9, "1", 1)]
    [InlineData("shes", "she's", 9, "x", 0)] // the table has she's for itself, not for shes
    [InlineData("somebody'd", "somebodyd", 9, "x", 1)] // the table has it the wrong way round
    [InlineData("couldntve", "couldn't've", 9, "x", 0)]
    [InlineData("couldnt've", "couldn't've", 9, "x", 1)]
    [InlineData("yes\n", "yes", 9, "no", 1)]
    public void Vqa_SomeSaySo_IsTheScriptsValue(string answer, string first, int count, string second, double score) =>
        Assert.Equal(score, OfficialVqa.Score(answer, People(first, count, second)), 12);

    [Theory]
    [InlineData("The dog.", "dog", 0)] // all agree: nothing is normalised
    [InlineData("dog", "The dog.", 0)]
    [InlineData("DOG", "dog", 1)]
    public void Vqa_AllSayTheSame_ComparesAsItIsWritten(string answer, string all, double score) =>
        Assert.Equal(score, OfficialVqa.Score(answer, People(all, 10, "")), 12);

    [Fact]
    public void Vqa_MoreThan32Periods_OnlyTheFirstGo() =>
        Assert.Equal(new string('.', 8), OfficialVqa.Normalize(new string('.', 40)));

    [Theory]
    [InlineData("the stop", "stop", 1)]
    [InlineData("joe's", "joe 's", 1)] // a space before 's
    [InlineData("1,5", "15", 1)] // commas go
    [InlineData("what?", "what", 1)]
    public void TextVqa_AllSayTheSame_IsNormalisedAllTheSame(string answer, string all, double score) =>
        Assert.Equal(score, OfficialVqa.TextScore(answer, People(all, 10, "")), 12);

    [Theory]
    [InlineData("Yes", true)]
    [InlineData("Yesterday", true)]
    [InlineData("Nothing", false)]
    [InlineData("I know", null)]
    [InlineData("", null)]
    [InlineData("A no", false)]
    public void Mme_Answer_IsReadByItsFirstFourLetters(string answer, bool? isYes) => Assert.Equal(isYes, YesNo.IsYesInMme(answer));

    /// <summary>ScienceQA, SEED-Bench, MMBench, MMMU, and sensibly; "-" for no option.</summary>
    [Theory]
    [InlineData("B", "B B B B B")]
    [InlineData("B.", "- B B B B")]
    [InlineData("B. a dog", "B B B - B")]
    [InlineData("(B)", "- - B B B")]
    [InlineData("The answer is B.", "B - B B B")]
    [InlineData("b", "- - - - B")]
    [InlineData("a dog", "- - B - B")]
    [InlineData("A dog is what I see here", "- A B A B")]
    [InlineData("It is A or B", "- - - B -")]
    [InlineData("E", "- - - - -")]
    [InlineData("", "- - - - -")]
    public void Choice_Answer_IsReadAsEachScriptDoes(string answer, string letters)
    {
        string[] options = ["cat", "a dog", "horse", "cow"];
        Assert.Equal(letters, string.Join(' ', new[]
        {
            ChoiceReading.ScienceQa(answer, options), ChoiceReading.Seed(answer, options), ChoiceReading.MmBench(answer, options),
            ChoiceReading.Mmmu(answer, options), ChoiceReading.Sensible(answer, options),
        }.Select(letter => letter ?? "-")));
    }

    [Theory]
    [InlineData("The answer is 3.14159", "3.14", true)]
    [InlineData("so the result is 1,200 dollars", "1200", true)]
    [InlineData("x = 7", "7", true)]
    [InlineData("It is the Krebs cycle.", "krebs cycle", true)]
    [InlineData("8", "7", false)]
    [InlineData("glycolysis", "krebs cycle", false)]
    public void Open_Answer_IsComparedByPartsAndNumbers(string answer, string expected, bool holds) =>
        Assert.Equal(holds, OpenAnswer.Holds(answer, [expected]));

    [Theory]
    [InlineData("Red.", 1)]
    [InlineData("red", 1)]
    [InlineData("red ", 0)]
    [InlineData("the red", 0)]
    public void Gqa_Answer_IsComparedWhole(string answer, double score) =>
        Assert.Equal(score, AnswerMeasure.Of(QuestionFormat.Gqa).Score(answer, new("a", "q", "red", "", [])));

    private static string[] People(string first, int count, string second) =>
        [.. Enumerable.Repeat(first, count), .. Enumerable.Repeat(second, 10 - count)];
}
