using System.CommandLine;
using ZooPrune.Onnx;

namespace ZooPrune.Samples.Tests;

public class AskCommandTests
{
    [Fact]
    public void ToOptions_NothingTyped_GivesDefaults()
    {
        AskOptions options = Parse();

        Assert.Equal(KeepBudget.Tokens(64), options.Keep);
        Assert.Equal(SelectionMethod.ZooPrune, options.Method);
        Assert.Equal(EncoderStage.EncodeImages, options.Encoder);
        Assert.Equal(PositionMode.Auto, options.Running.Positions);
        Assert.Equal(4, options.OverlayCount);
        Assert.Null(options.Limit);
        Assert.Null(options.Json);
    }

    [Fact]
    public void ToOptions_EverythingTyped_IsTaken()
    {
        AskOptions options = Parse(
            "--images", "pictures", "--questions=q.jsonl", "--keep", "11%", "--method", "DivPrune", "--model", "m", "--limit", "3",
            "--encoder", "applyonnxmodel", "--positions", "original", "--overlays", "o", "--overlay-count", "0");

        Assert.Equal("pictures", options.Images);
        Assert.Equal("q.jsonl", options.Questions);
        Assert.Equal(KeepBudget.Ratio(0.11), options.Keep);
        Assert.Equal(SelectionMethod.DivPrune, options.Method);
        Assert.Equal("m", options.Model);
        Assert.Equal(3, options.Limit);
        Assert.Equal(EncoderStage.ApplyOnnxModel, options.Encoder);
        Assert.Equal(PositionMode.KeepOriginal, options.Running.Positions);
        Assert.Equal("o", options.Overlays);
        Assert.Equal(0, options.OverlayCount);
    }

    [Theory]
    [InlineData("zooprune", SelectionMethod.ZooPrune)]
    [InlineData("divprune", SelectionMethod.DivPrune)]
    [InlineData("sensitivity", SelectionMethod.Sensitivity)]
    [InlineData("norm", SelectionMethod.Norm)]
    [InlineData("uniform", SelectionMethod.Uniform)]
    [InlineData("random", SelectionMethod.Random)]
    public void ToOptions_Method_IsFoundByName(string name, SelectionMethod method) =>
        Assert.Equal(method, Parse("--method", name).Method);

    [Fact]
    public void ToOptions_QuestionThatLooksLikeSomethingElse_IsTakenAsItIs()
    {
        Assert.Equal("@file", Parse("--image", "a.png", "--question", "@file").Question);
        Assert.Equal("--help", Parse("--image", "a.png", "--question=--help").Question);
    }

    [Theory]
    [InlineData("the option --method is 'best'. Expected one of zooprune, divprune, sensitivity, norm, uniform, random, fastervlm, visionzip, hired, prumerge, prumerge-plus, tome, dart, scope, otprune, cenprune; choose one of these.", "--method", "best")]
    [InlineData("the option --limit is '0'. Expected a whole number of at least 1; correct it.", "--limit", "0")]
    [InlineData("the option --limit is '1e3'. Expected a whole number of at least 1; correct it.", "--limit", "1e3")]
    [InlineData("the option --overlay-count is '-1'. Expected a whole number of at least 0; correct it.", "--overlay-count", "-1")]
    [InlineData("the option --positions is 'none'. Expected one of auto, compact, original; choose one of these.", "--positions", "none")]
    [InlineData("the option --encoder is 'gpu'. Expected one of EncodeImages, ApplyOnnxModel; choose one of these.", "--encoder", "gpu")]
    [InlineData("the option --model is ''. Expected FOLDER; give one or leave the option out.", "--model", "")]
    [InlineData("the option --image is given without --question. Expected both or neither; add --question.", "--image", "a.png")]
    [InlineData("the option --question is given without --image. Expected both or neither; add --image.", "--question", "why?")]
    [InlineData("the options --image and --questions are both given. Expected at most one of them; leave one out.", "--image", "a.png", "--question", "b", "--questions", "c")]
    [InlineData("the argument '--kep' is not known. Expected one of --help, --version, --images, --questions, --image, --question, "
        + "--limit, --keep, --method, --model, --positions, --encoder, --exif-orientation, --max-image-pixels, --max-pixels, --json, --force, --overlays, "
        + "--overlay-count; see --help.", "--kep", "64")]
    [InlineData("the argument 'stray' is not known. Expected one of --help, --version, --images, --questions, --image, --question, "
        + "--limit, --keep, --method, --model, --positions, --encoder, --exif-orientation, --max-image-pixels, --max-pixels, --json, --force, --overlays, "
        + "--overlay-count; see --help.", "stray")]
    [InlineData("the command line cannot be understood: Required argument missing for option: '--keep'. Expected what --help lists; "
        + "correct it and try again.", "--keep")]
    public void ToOptions_BadCommandLine_SaysWhatIsExpected(string message, params string[] arguments)
    {
        UsageException error = Assert.Throws<UsageException>(() => Parse(arguments));
        Assert.Equal("AskAboutImages: " + message, error.Message);
    }

    [Fact]
    public void Read_Help_NamesEveryOption()
    {
        using StringWriter output = new();

        Assert.Null(CommandLineReader.Read(AskCommand.Create(), ["--help"], output));
        foreach (Option option in AskCommand.Create().Options)
        {
            Assert.Contains(option.Name, output.ToString());
        }
    }

    private static AskOptions Parse(params string[] arguments) =>
        AskCommand.ToOptions(CommandLineReader.Read(AskCommand.Create(), arguments, TextWriter.Null)!);
}
