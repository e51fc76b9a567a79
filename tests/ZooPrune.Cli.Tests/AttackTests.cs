using System.Diagnostics;

namespace ZooPrune.Cli.Tests;

/// <summary>Command lines that would destroy, hang or take everything: docs/under-attack.md.</summary>
public sealed class AttackTests : IDisposable
{
    private const string Question = "Where is the red circle?";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public void Ask_OverlayIsThePicture_IsRefusedAlsoThroughLinksAndWithForce()
    {
        string picture = _folder.PathOf("a.png");
        File.Copy(TestModel.Picture, picture);
        byte[] before = File.ReadAllBytes(picture);
        string link = _folder.PathOf("link.png");
        File.CreateSymbolicLink(link, picture);
        string linkedFolder = _folder.PathOf("folder");
        Directory.CreateSymbolicLink(linkedFolder, _folder.Root);

        foreach (string overlay in (string[])[picture, link, Path.Combine(linkedFolder, "a.png"), Path.Combine(_folder.Root, ".", "a.png")])
        {
            var run = ToolRun.InProcess("ask", TestModel.Folder, picture, Question, "--keep", "64", "--overlay", overlay, "--force");

            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.Equal(
                $"zooprune: the option --overlay is '{overlay}', which would replace '{picture}', that is read. Expected another file; choose one.",
                run.Error.TrimEnd());
        }

        Assert.Equal(before, File.ReadAllBytes(picture));
    }

    [Fact]
    public void Ask_OverlayIsThere_NeedsForce()
    {
        string overlay = _folder.Write("kept.png", "mine");
        string[] arguments = ["ask", TestModel.Folder, TestModel.Picture, Question, "--keep", "64", "--overlay", overlay];

        var without = ToolRun.InProcess(arguments);

        Assert.Equal(
            (ExitCode.BadInput, $"zooprune: the option --overlay is '{overlay}', which is there already. Expected the name of a new file; choose "
                + "another, or replace it with --force."),
            (without.ExitCode, without.Error.TrimEnd()));
        Assert.Equal("mine", File.ReadAllText(overlay));
        Assert.Equal(ExitCode.Success, ToolRun.InProcess([.. arguments, "--force"]).ExitCode);
        Assert.NotEqual("mine", File.ReadAllText(overlay));
    }

    [Fact]
    public void Ask_OverlayIsAFileOfTheModel_IsRefusedWithForce()
    {
        string model = TestModel.CopyTo(_folder);

        var run = ToolRun.InProcess("ask", model, TestModel.Picture, Question, "--overlay", Path.Combine(model, "config.json"), "--force");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("that is read. Expected another file; choose one.", run.Error);
    }

    [UnixFact]
    public void Run_PipesAndDevicesInAnyPlace_EndSoon()
    {
        string pipe = _folder.PathOf("pipe");
        Process.Start("mkfifo", pipe)!.WaitForExit();
        foreach (string odd in (string[])[pipe, "/dev/zero", "/dev/full", Path.GetTempPath()])
        {
            AssertEndsWithTwo("ask", TestModel.Folder, odd, Question);
            AssertEndsWithTwo("serve", TestModel.Folder, "--api-key-file", odd);
            AssertEndsWithTwo("score", odd, "--input-format", "csv", "--model", TestModel.Folder, "--out", _folder.PathOf("out.csv"));
        }

        foreach (string file in (string[])
            [
                "config.json", "tokenizer.json", "preprocessor_config.json", "generation_config.json", "chat_template.jinja", "tokenizer_config.json",
                "onnx/vision_encoder.onnx", "onnx/projector.onnx", "onnx/embed_tokens.onnx", "onnx/decoder_model_merged.onnx",
            ])
        {
            using TestFolder folder = new();
            string model = TestModel.CopyTo(folder);
            string path = Path.Combine(model, file);
            File.Delete(path);
            Process.Start("mkfifo", path)!.WaitForExit();

            AssertEndsWithTwo("ask", model, TestModel.Picture, Question);
            File.Delete(path);
            Directory.CreateDirectory(path);
            var run = ToolRun.InProcess("ask", model, TestModel.Picture, Question);
            Assert.True(run.ExitCode is ExitCode.BadInput or ExitCode.Success, $"{file}: {run.ExitCode} {run.Error}");
        }
    }

    [UnixFact]
    public void Score_RowsWithPipesAndDevices_AreErrorsOfTheirRows()
    {
        string pipe = _folder.PathOf("pipe.png");
        Process.Start("mkfifo", pipe)!.WaitForExit();
        string table = _folder.Write("a.csv", $"image,question\n{pipe},What?\n/dev/zero,What?\n{_folder.Root},What?\n{TestModel.Picture},What color is the circle?\n");

        var run = ToolRun.InProcess("score", table, "--model", TestModel.Folder, "--out", _folder.PathOf("out.csv"));

        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Equal(4, File.ReadAllLines(_folder.PathOf("out.csv")).Length - 1);
    }

    [UnixFact]
    public void Score_ImagesOutsideTheirFolder_AreErrorsUnlessAllowed()
    {
        string images = _folder.PathOf("images");
        Directory.CreateDirectory(images);
        File.Copy(TestModel.Picture, Path.Combine(images, "a.png"));
        File.Copy(TestModel.Picture, _folder.PathOf("secret.png"));
        File.CreateSymbolicLink(Path.Combine(images, "link.png"), _folder.PathOf("secret.png"));
        const string What = "What color is the circle?";
        string table = _folder.Write(
            "a.csv", $"image,question\na.png,{What}\n../secret.png,{What}\n{_folder.PathOf("secret.png")},{What}\nlink.png,{What}\n../images/a.png,{What}\n");
        string[] arguments = ["score", table, "--model", TestModel.Folder, "--images", images, "--out"];

        var run = ToolRun.InProcess([.. arguments, _folder.PathOf("inside.csv")]);
        var allowed = ToolRun.InProcess([.. arguments, _folder.PathOf("all.csv"), "--allow-outside"]);

        Assert.Equal((ExitCode.Failure, ExitCode.Success), (run.ExitCode, allowed.ExitCode));
        string[] rows = File.ReadAllLines(_folder.PathOf("inside.csv"));
        Assert.All((int[])[2, 3, 4], row => Assert.Contains("lies outside the folder of --images", rows[row]));
        Assert.All((int[])[1, 5], row => Assert.DoesNotContain("lies outside", rows[row]));
    }

    [Theory]
    [InlineData("score", "--threads", "20000", "a whole number from 0 to 1,024")]
    [InlineData("score", "--workers", "100000", "a whole number from 1 to 256")]
    [InlineData("score", "--batch", "2000000000", "a whole number from 1 to 65,536")]
    [InlineData("serve", "--max-concurrency", "100000", "a whole number from 1 to 256")]
    [InlineData("serve", "--timeout", "2147483647", "a whole number from 1 to 86,400")]
    [InlineData("serve", "--queue", "2147483647", "a whole number from 0 to 100,000")]
    public void Run_NumberBeyondItsRange_EndsWithTwo(string command, string option, string value, string range)
    {
        string[] rest = command == "score" ? ["a.csv", "--model", "m", "--out", "b.csv"] : ["m"];

        var run = ToolRun.InProcess([command, .. rest, option, value]);

        Assert.Equal((ExitCode.BadInput, $"zooprune: the option {option} is '{value}'. Expected {range}; correct it."), (run.ExitCode, run.Error.TrimEnd()));
    }

    [Fact]
    public void Ask_MorePicturesThanThePromptHolds_IsRefusedBeforeAnyIsRead()
    {
        string broken = _folder.Write("broken.png", "no picture at all");

        var run = ToolRun.InProcess(["ask", TestModel.Folder, .. Enumerable.Repeat(broken, 256), Question]);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("with the image it takes 147,467 positions", run.Error);
    }

    private static void AssertEndsWithTwo(params string[] arguments)
    {
        Task<ToolRun> run = Task.Run(() => ToolRun.InProcess(arguments));
        Assert.True(run.Wait(TimeSpan.FromSeconds(60)), $"{string.Join(' ', arguments)} does not end");
        if (run.Result.ExitCode != ExitCode.Success)
        {
            Assert.Equal(ExitCode.BadInput, run.Result.ExitCode);
        }
        else
        {
            // What the model does not need, it may ignore.
            Assert.DoesNotContain("onnx", arguments[1]);
        }
    }
}
