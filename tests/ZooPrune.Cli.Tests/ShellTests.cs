namespace ZooPrune.Cli.Tests;

public class TypedOptionTests
{
    [Theory]
    [InlineData("64", 64)]
    [InlineData("11%", 63)]
    [InlineData("100%", 576)]
    [InlineData("0.25", 144)]
    [InlineData("700", 576)]
    public void ParseKeep_Budget_KeepsSoManyOf576(string text, int kept) => Assert.Equal(kept, TypedOption.ParseKeep("--keep", text).Resolve(576));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("0%")]
    [InlineData("-5%")]
    [InlineData("many")]
    [InlineData("NaN")]
    public void ParseKeep_BadBudget_SaysWhatIsExpected(string text)
    {
        UsageException error = Assert.Throws<UsageException>(() => TypedOption.ParseKeep("--keep", text));
        Assert.Equal(
            $"zooprune: the option --keep is '{text}'. Expected a number of tokens of at least 1 (64), or a percentage above 0 and at "
                + "most 100 (11%); correct it.",
            error.Message);
    }
}

public class OutputFileTests
{
    [Fact]
    public void Write_ExistingFile_IsReplacedAndNothingElseIsLeft()
    {
        using TestFolder folder = new();
        string path = folder.Write("a.json", "old and longer");

        OutputFile.Write("--json", path, "neu: ü");

        Assert.Equal("neu: ü", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Check_FolderOrMissingFolder_SaysSo()
    {
        using TestFolder folder = new();
        string inMissing = folder.PathOf("no/a.json");

        Assert.Equal(
            $"zooprune: the option --json is '{folder.Root}', which is a folder. Expected the name of a file; add one.",
            Assert.Throws<UsageException>(() => OutputFile.Check("--json", folder.Root)).Message);
        Assert.Equal(
            $"zooprune: the option --json is '{inMissing}', but the folder '{folder.PathOf("no")}' does not exist. Expected a file in "
                + "a folder that exists; make it or choose another.",
            Assert.Throws<UsageException>(() => OutputFile.Check("--json", inMissing)).Message);
    }
}
