using System.Text;

namespace ZooPrune.Cli.Tests;

/// <summary>Tables as users send them (docs/field-notes.md).</summary>
public class FieldTableTests
{
    public static TheoryData<string, string> Tables => new()
    {
        { "image;question\r\n0.png;what ?\r\n", "utf-8" }, // Excel in German or French
        { "image\tquestion\r\n0.png\twhat ?\r\n", "utf-16" }, // Excel's "Unicode text"
        { "image,question\r\n0.png,what ?\r\n", "utf-16" },
        { "image|question\n0.png|what ?\n", "utf-16BE" },
        { "sep=;\r\nimage;question\r\n0.png;what ?\r\n", "utf-8" }, // a line for Excel (PowerShell 7776)
        { "\"sep=|\"\nimage|question\n0.png|what ?\n", "utf-16" }, // in quotes too (dart's csv 68)
        { "SEP=,\nimage,question\n0.png,what ?\n", "us-ascii" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Run_SeparatorAndEncodingOfOthers_AreFound(string text, string encoding)
    {
        using ScoringFolder folder = new();
        Encoding written = Encoding.GetEncoding(encoding);
        folder.Write("questions.csv", [.. written.GetPreamble(), .. written.GetBytes(text)]);

        var run = ToolRun.InProcess(folder.Arguments());

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(2, File.ReadAllLines(folder.Output).Length);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public void Run_DataUri_IsReadAndAnAddressIsRefusedInALine(string format)
    {
        using ScoringFolder folder = new();
        string picture = folder.PathOf("0.png");
        string uri = $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(picture))}";
        string[] images = ["0.png", uri, new Uri(picture).AbsoluteUri, "https://example.com/a.png", new string('x', 10_000), "data:image/png;base64," + new string('!', 10_000)];
        string input = folder.Write($"questions.{format}", format == "csv"
            ? "image,question\n" + string.Concat(images.Select(image => $"\"{image}\",what ?\n"))
            : string.Concat(images.Select(image => $$"""{"image": "{{image}}", "question": "what ?"}""" + "\n")));

        string output = folder.PathOf("out.jsonl");
        var run = ToolRun.InProcess("score", input, "--out", output, "--model", TestPaths.TinyModel, "--keep", "2", "--threads", "1");

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        RowText[] rows = [.. File.ReadAllLines(output).Select(line => System.Text.Json.JsonSerializer.Deserialize<RowText>(line)!)];
        Assert.Equal(6, rows.Length);
        Assert.All(rows[..3], row => Assert.Equal((rows[0].Answer, ""), (row.Answer, row.Error ?? "")));
        Assert.Equal(
            "Image 'https://example.com/a.png': it is an address of the network. Expected a file or a data URI, since nothing is fetched unasked; "
            + "download the image and name the file.",
            rows[3].Error);
        Assert.All(rows[4..], row => Assert.InRange(row.Error!.Length, 1, 400));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_Utf16WithoutMark_IsFound(bool bigEndian)
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", new UnicodeEncoding(bigEndian, byteOrderMark: false).GetBytes("image;question\r\n0.png;wo ist größer ?\r\n"));

        var run = ToolRun.InProcess(folder.Arguments());

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("0.png;wo ist größer ?;", File.ReadAllLines(folder.Output)[1]);
    }

    [Theory]
    [InlineData("csv", "{0},question\n0.png,what ?\n")]
    [InlineData("csv", "image,{0},{0}\n0.png,a,b\n")]
    [InlineData("jsonl", "{{\"{0}\": 1}}\n")]
    public void Run_LongNames_AreNotRepeatedInTheError(string format, string text)
    {
        using ScoringFolder folder = new();
        string input = folder.Write($"q.{format}", string.Format(System.Globalization.CultureInfo.InvariantCulture, text, new string('x', 10_000)));

        var run = ToolRun.InProcess("score", input, "--out", folder.PathOf("out.csv"), "--model", TestPaths.TinyModel, "--keep", "2", "--threads", "1");

        Assert.NotEqual(ExitCode.Success, run.ExitCode);
        Assert.InRange(run.Error.Length, 0, 1_000);
    }

    /// <summary>The line that says the separator is no row: lines are counted with it, and the separator that it says is taken.</summary>
    [Fact]
    public void Run_SeparatorLine_CountsAsALineAndIsNotWritten()
    {
        using ScoringFolder folder = new();
        folder.Write("questions.csv", "sep=~\nimage~question\n0.png~what, or ; ?\n1.png~\n");

        var run = ToolRun.InProcess(folder.Arguments());

        Assert.Equal((ExitCode.Failure, ""), (run.ExitCode, run.Error));
        string[] lines = File.ReadAllLines(folder.Output);
        Assert.StartsWith("image~question~Answer", lines[0]);
        Assert.StartsWith("0.png~what, or ; ?~", lines[1]);
        Assert.EndsWith("Line 4: 'question' is empty. Expected a question; fill it in.", lines[2]);
    }

    [UnixFact]
    public void Run_PathsOfWindows_AreRead()
    {
        using ScoringFolder folder = new();
        Directory.CreateDirectory(folder.PathOf("sub"));
        File.Copy(folder.PathOf("0.png"), folder.PathOf("sub/0.png"));
        folder.Write("questions.csv", "image,question\nsub\\0.png,what ?\n");

        Assert.Equal(ExitCode.Success, ToolRun.InProcess(folder.Arguments()).ExitCode);
    }

    [Fact]
    public void Run_MissingImage_NamesTheFolderThatWasSearched()
    {
        using ScoringFolder folder = new();
        Directory.CreateDirectory(folder.PathOf("pictures"));
        File.Copy(folder.PathOf("0.png"), folder.PathOf("pictures/here.png"));
        folder.Write("questions.csv", "image,question\nhere.png,what ?\n");
        var run = ToolRun.InProcess(folder.Arguments());
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains($"Image '{folder.PathOf("here.png")}': there is no such file.", File.ReadAllText(folder.Output));

        // The advice, tried: the folder that the message did not name is given.
        run = ToolRun.InProcess(folder.ArgumentsTo(folder.PathOf("again.csv"), "--images", folder.PathOf("pictures")));
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Run_RowWithAPictureOfMegabytes_IsRead()
    {
        using ScoringFolder folder = new();
        // A picture with so much after its end, as phones write it.
        byte[] picture = [.. File.ReadAllBytes(folder.PathOf("0.png")), .. new byte[5_000_000]];
        folder.Write("questions.csv", $"image,question\n\"data:image/png;base64,{Convert.ToBase64String(picture)}\",what ?\n0.png,what ?\n");

        var run = ToolRun.InProcess(folder.Arguments());

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(3, File.ReadLines(folder.Output).Count());
    }

    [Theory]
    [InlineData("https://example.com/a.png", "it is an address of the network")]
    [InlineData("data:image/png,x", "the data URI is not in base64")]
    public void Ask_AddressForAPicture_SaysWhyNot(string image, string problem)
    {
        var run = ToolRun.InProcess("ask", TestPaths.TinyModel, image, "what ?");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains(problem, run.Error);
    }

    [Fact]
    public void Ask_DataUri_IsAnswered()
    {
        using ScoringFolder folder = new();
        string uri = $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(folder.PathOf("0.png")))}";

        Assert.Equal(
            ToolRun.InProcess("ask", TestPaths.TinyModel, folder.PathOf("0.png"), "what ?").Output.Split('\n')[0],
            ToolRun.InProcess("ask", TestPaths.TinyModel, uri, "what ?").Output.Split('\n')[0]);
    }

    [Fact]
    public void Ask_Folder_SaysThatItIsOne()
    {
        using ScoringFolder folder = new();

        Assert.Contains("it is a folder. Expected a", ToolRun.InProcess("ask", TestPaths.TinyModel, folder.PathOf("."), "what ?").Error);
    }

    private sealed record RowText(string? Answer, string? Error);
}
