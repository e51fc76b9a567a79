namespace ZooPrune.Samples.Tests;

public sealed class ConsoleProgramTests
{
    [Fact]
    public void Run_NoOptions_AsksTheFirstHeldOutQuestion()
    {
        var (code, output, error) = Run("--model", TestModel.Folder);

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains("0000.png: Do you see a red circle?", output);
        Assert.Matches(@"(?m)^yes  \(64 of 576 visual tokens, \d+\.\d ms\)$", output);
    }

    [Fact]
    public void Run_OwnPictureAndUnknownWords_SaysWhichInANote()
    {
        using var folder = new TestFolder();
        string picture = folder.Write("blue.png", TestPng.Create());

        var (code, output, error) = Run(
            "--model", TestModel.Folder, "--image", picture, "--question", "Is there a zeppelin?", "--keep", "25%");

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains("(144 of 576 visual tokens", output);
        Assert.Contains("zeppelin", output.Split("Note: ")[1]);
    }

    [Fact]
    public void Run_PictureFromStandardInput_IsAsked()
    {
        using var output = new StringWriter();
        var input = new StandardInput(() => new MemoryStream(HeldOut.Picture("0000.png")), isTerminal: false);

        int code = new ConsoleProgram(Consoles.Over(output, true), Consoles.Over(TextWriter.Null, true), input).Run(
            ["--model", TestModel.Folder, "--image", "-", "--question", "Do you see a red circle?"], CancellationToken.None);

        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("yes  (64 of 576 visual tokens", output.ToString());
    }

    [Theory]
    [InlineData("top right")]
    [InlineData("bottom left", "--exif-orientation")]
    public void Run_TurnedPicture_IsTurnedIfAsked(string answer, params string[] switches)
    {
        var (code, output, error) = Run(
            ["--model", TestModel.Folder, "--image", HeldOut.TurnedPicture, "--question", "Where is the red circle?", .. switches]);

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains($"\n{answer}  (64 of 576 visual tokens", output);
    }

    [Fact]
    public void Run_PictureOverMaxImagePixels_NamesTheSettingToRaise()
    {
        var (code, _, error) = Run(
            "--model", TestModel.Folder, "--image", HeldOut.TurnedPicture, "--question", "Why?", "--max-image-pixels", "112895");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.EndsWith(
            "it has 336 x 336 = 112,896 pixels. At most 112,895 are decoded; "
            + "make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).",
            error.Trim());
    }

    [Fact]
    public void Run_Evaluate_PrintsEachKindAndAll()
    {
        var (code, output, error) = Run("--model", TestModel.Folder, "--evaluate", "20", "--keep", "32");

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.StartsWith("32 of 576 visual tokens kept, exact answers:", output);
        Assert.Matches(@"(?m)^  all +\d+\.\d %  \d+ of 20$", output);
    }

    [Theory]
    [InlineData("ShapesVqa: the option --image is given without --question. Expected both or neither; add --question.", "--image", "a.png")]
    [InlineData(
        "ShapesVqa: the options --evaluate and --image are both given. Expected at most one of them; leave one out.",
        "--evaluate", "3", "--image", "a.png", "--question", "Why?")]
    [InlineData("ShapesVqa: the option --evaluate is '0'. Expected a whole number of at least 1; correct it.", "--evaluate", "0")]
    [InlineData(
        "ShapesVqa: the option --max-image-pixels is '0'. Expected a whole number of at least 1; correct it.", "--max-image-pixels", "0")]
    public void Run_BadOptions_SaysWhatIsNeeded(string message, params string[] arguments)
    {
        var (code, _, error) = Run(arguments);

        Assert.Equal((ExitCode.BadInput, message), (code, error.Trim()));
    }

    [Fact]
    public void Run_MissingPicture_SaysSo()
    {
        var (code, _, error) = Run("--model", TestModel.Folder, "--image", "nowhere.png", "--question", "Why?");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.StartsWith("ShapesVqa: the picture 'nowhere.png' cannot be read: ", error);
        Assert.EndsWith("Expected an image file; correct --image.", error.Trim());
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = new ConsoleProgram(Consoles.Over(output, redirected: true), Consoles.Over(error, redirected: true))
            .Run(arguments, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
