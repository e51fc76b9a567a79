namespace ZooPrune.Samples.Tests;

public class VqaAnswerTests
{
    [Theory]
    [InlineData("Yes", "yes")]
    [InlineData("a red  bus", "red bus")]
    [InlineData("The cat.", "cat")]
    [InlineData("an apple\tand the\npear", "apple and pear")]
    [InlineData("two", "2")]
    [InlineData("None", "0")]
    [InlineData("twenty", "twenty")]
    [InlineData("dont know", "don't know")]
    [InlineData("don't know", "don't know")]
    [InlineData("isn\u2019t", "isn't")]
    [InlineData("its well", "its well")]
    [InlineData("100,978", "100978")]
    [InlineData("red, blue", "red blue")]
    [InlineData("3.5 ft.", "3.5 ft")]
    [InlineData("U.S.A.", "usa")]
    [InlineData("2:50 pm", "2:50 pm")]
    [InlineData("girl's", "girl's")]
    [InlineData("black/white", "black white")]
    [InlineData("t-shirt", "t shirt")]
    [InlineData("50%", "50")]
    [InlineData("$5", "5")]
    [InlineData("?!", "")]
    [InlineData("", "")]
    public void Normalize_Answer_IsAsTheEvaluationPageDescribes(string answer, string normal) =>
        Assert.Equal(normal, VqaAnswer.Normalize(answer));
}
