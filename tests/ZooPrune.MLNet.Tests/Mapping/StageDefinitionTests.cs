namespace ZooPrune.MLNet.Tests;

public class StageDefinitionTests
{
    [Fact]
    public void Create_TwoOutputsOfOneName_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>("OutputColumnName", () => new DoublingStage(output: "Error"));

        Assert.Equal(
            "Doubling: OutputColumnName is 'Error', which is the name of another column that this stage adds. Expected a name for "
                + "each; rename one of them. (Parameter 'OutputColumnName')",
            exception.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Create_EmptyColumnName_IsRefused(string? name)
    {
        var exception = Assert.Throws<ArgumentException>("InputColumnName", () => new DoublingStage(input: name!));

        Assert.Equal(
            "Doubling: InputColumnName is empty. Expected the name of a column; leave the option out for its default. (Parameter "
                + "'InputColumnName')",
            exception.Message);
        Assert.Throws<ArgumentException>("ErrorColumnName", () => new DoublingStage(errorColumnName: name!));
    }

    [Fact]
    public void Create_UnknownRowErrors_IsRefused()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>("Errors", () => new DoublingStage((RowErrors)7));

        Assert.Equal(
            "Doubling: Errors is 7, which has no name. Expected RowErrors.Report or RowErrors.Throw; use one of them. (Parameter 'Errors')",
            exception.Message);
    }

    [Fact]
    public void Outputs_OfAStage_AreTheErrorColumnAndItsOwn() =>
        Assert.Equal(["Error", "Y", "YFixed", "YFree"], new DoublingStage().Outputs.Select(output => output.Name));
}
