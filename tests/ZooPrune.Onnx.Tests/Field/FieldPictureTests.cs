namespace ZooPrune.Onnx.Tests;

/// <summary>Pictures as users send them: in data URIs, by addresses, and what is no picture. What files of the field look
/// like is in ImageDecoderTests.</summary>
[Collection(SharedModelCollection.Name)]
public sealed class FieldPictureTests(SharedModel shared)
{
    private readonly VisionLanguageModel _model = shared.Model;

    private static string Plain => TestPaths.Data("images", "field", "plain.png");

    [Theory]
    [InlineData("data:image/png;base64,")]
    [InlineData("DATA:;Base64,")]
    [InlineData("data:application/octet-stream;name=a.png;base64,")]
    public void Prepare_DataUri_IsTheFileInIt(string start)
    {
        byte[] file = File.ReadAllBytes(Plain);
        string base64 = Convert.ToBase64String(file);
        float[] expected = _model.Prepare(Plain).PixelValues.ToArray();

        foreach (string content in (string[])
            [base64, base64.TrimEnd('='), base64.Replace('+', '-').Replace('/', '_'), Uri.EscapeDataString(base64), Convert.ToBase64String(file, Base64FormattingOptions.InsertLineBreaks)])
        {
            Assert.Equal(expected, _model.Prepare(start + content).PixelValues.ToArray());
        }
    }

    [UnixFact]
    public void Prepare_FileAddress_IsTheFile() =>
        Assert.Equal(_model.Prepare(Plain).PixelValues.ToArray(), _model.Prepare(new Uri(Plain).AbsoluteUri).PixelValues.ToArray());

    [Theory]
    [InlineData("https://example.com/a.png")]
    [InlineData("HTTP://example.com/a.png")]
    [InlineData("s3://bucket/a.png")]
    [InlineData("gs://bucket/a.png")]
    [InlineData("file://server/a.png")]
    public void Prepare_Address_IsRefusedInOneLine(string address)
    {
        string error = Error(address);

        Assert.Equal(
            $"Image '{address}': it is an address of the network. Expected a file or a data URI, since nothing is fetched unasked; download the "
            + "image and name the file.",
            error);
    }

    [Theory]
    [InlineData("data:image/png,abc", "the data URI is not in base64")]
    [InlineData("data:image/png;base64", "the data URI is not in base64")]
    [InlineData("data:image/png;base64,!!!!", "what the data URI has after the comma is no base64")]
    [InlineData("data:image/png;base64,", "is no image format that is known here")]
    [InlineData("data:text/plain;base64,aGVsbG8gd29ybGQ=", "is no image format that is known here")]
    public void Prepare_BrokenDataUri_SaysWhat(string text, string problem) => Assert.Contains(problem, Error(text));

    [Theory]
    [InlineData("data:image/png;base64,")]
    [InlineData("data:nonsense")]
    [InlineData("")]
    [InlineData("https://example.com/")]
    public void Prepare_LongText_IsNotRepeatedInTheError(string start)
    {
        string error = Error(start + new string('x', 10_000));

        Assert.InRange(error.Length, 1, 400);
        Assert.DoesNotContain('\n', error);
        Assert.Contains($"... ({start.Length + 10_000:N0} characters)", error);
    }

    [Fact]
    public void Prepare_DataUriOfMoreThanTheLimit_IsRefusedBeforeItIsDecoded()
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model, new() { MaxImagePixels = 1 });

        string error = Assert.Throws<ZooPruneException>(() => model.Prepare("data:image/png;base64," + new string('A', 30_000_000))).Message;

        Assert.Contains("At most", error);
        Assert.Contains("--max-image-pixels", error);
    }

    private string Error(string image) => Assert.Throws<ZooPruneException>(() => _model.Prepare(image)).Message;
}
