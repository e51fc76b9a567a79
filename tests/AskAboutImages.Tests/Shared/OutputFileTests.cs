namespace ZooPrune.Samples.Tests;

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
            $"AskAboutImages: the option --json is '{folder.Root}', which is a folder. Expected the name of a file; add one.",
            Assert.Throws<UsageException>(() => OutputFile.Check("--json", folder.Root)).Message);
        Assert.Equal(
            $"AskAboutImages: the option --json is '{inMissing}', but the folder '{folder.PathOf("no")}' does not exist. Expected a file in a folder that exists; make it or choose another.",
            Assert.Throws<UsageException>(() => OutputFile.Check("--json", inMissing)).Message);
    }
}
