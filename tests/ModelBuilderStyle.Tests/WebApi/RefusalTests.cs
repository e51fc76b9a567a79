using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace ZooPrune.Samples.Tests;

public sealed class RefusalTests(TestServer server) : IClassFixture<TestServer>
{
    private const string TooLarge =
        "The file has more than 10 MB. Files up to 10 MB are taken; make the picture smaller or save it as JPEG.";

    private const string NoQuestion = "The 'question' of the request is empty. Expected a question about the picture; type one.";

    private const string BadKeep =
        "The 'keep' of the request is not a number of visual tokens of this model. Expected a whole number from 1 to 576; correct it.";

    private const string NoImage =
        "The request has neither 'image' nor 'sample'. Expected exactly one of them; choose a picture.";

    private const string UnknownSample =
        "The 'sample' of the request is not among the pictures offered. Expected a name from /api/description; choose one of those.";

    [Theory]
    [InlineData(10 * 1024 * 1024 + 1)] // caught while streaming
    [InlineData(10 * 1024 * 1024 + 100_000)] // caught by the length that is announced
    [InlineData(30 * 1024 * 1024)]
    public async Task Upload_OverTheLimit_Is413(int length)
    {
        byte[] file = new byte[length];
        TestPng.Create().CopyTo(file, 0);

        using HttpResponseMessage response = await PostAsync(TestServer.Form(image: file));

        await TestServer.AssertRefusedAsync(response, HttpStatusCode.RequestEntityTooLarge, "The picture is too large", TooLarge);
    }

    [Fact]
    public async Task Upload_EndlessStreamWithoutLength_Is413AfterTheLimit()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /api/answers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            + "Content-Type: multipart/form-data; boundary=b\r\n\r\n"));
        await WriteChunkAsync(
            stream,
            [.. "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\n\r\n"u8, .. TestPng.Create()]);
        byte[] zeros = new byte[64 * 1024];
        long sent = 0;
        while (client.Available == 0 && sent < 64 * 1024 * 1024)
        {
            try
            {
                await WriteChunkAsync(stream, zeros);
                sent += zeros.Length;
            }
            catch (IOException)
            {
                break;
            }
        }

        byte[] answer = new byte[1024];
        int length = await stream.ReadAsync(answer);
        Assert.StartsWith("HTTP/1.1 413 Payload Too Large", Encoding.ASCII.GetString(answer, 0, length));
        Assert.InRange(sent, 10 * 1024 * 1024, 32 * 1024 * 1024);
    }

    [Theory]
    [InlineData("%PDF-1.7 and more")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("abc")]
    [InlineData("")]
    public async Task Upload_NoImage_Is415(string content)
    {
        using HttpResponseMessage response = await PostAsync(TestServer.Form(image: Encoding.ASCII.GetBytes(content)));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.UnsupportedMediaType,
            "This is not a picture",
            "'picture.png' is no PNG, JPEG, WebP, GIF or BMP file. "
            + "Expected one of these by content, whatever the name says; convert the file or choose another.");
    }

    [Theory]
    [InlineData("\0\0\0\u001cftypavif\0\0\0\0", "AVIF")]
    [InlineData("\0\0\0\u0024ftypheic\0\0\0\0", "HEIC")]
    [InlineData("\0\0\0\u0024ftypmif1\0\0\0\0", "HEIC")]
    [InlineData("II*\0\u0008\0\0\0\0\0\0\0", "TIFF")]
    public async Task Upload_PictureOfAnotherFormat_Is415AndSaysWhich(string content, string format)
    {
        using HttpResponseMessage response = await PostAsync(TestServer.Form(image: Encoding.Latin1.GetBytes(content)));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.UnsupportedMediaType,
            $"{format} pictures are not taken",
            $"'picture.png' is {format}. Expected PNG, JPEG, WebP, GIF (its first frame) or BMP; save it as one of these.");
    }

    [Fact]
    public async Task Upload_CutOffPng_Is400WithTheDecodersReason()
    {
        byte[] file = TestPng.Truncated();

        using HttpResponseMessage response = await PostAsync(TestServer.Form(image: file));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.BadRequest,
            "The picture cannot be read",
            $"The PNG file stops after {file.Length:N0} bytes without its IEND chunk. "
            + "Expected a complete file; copy or download it again.");
    }

    [Fact]
    public async Task Upload_DecompressionBomb_Is400AtOnce()
    {
        using HttpResponseMessage response = await PostAsync(TestServer.Form(image: TestPng.Bomb(30_000, 30_000)));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.BadRequest,
            "The picture cannot be read",
            "It has 30,000 x 30,000 = 900,000,000 pixels. At most 16,000,000 are decoded; "
            + "make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).");
    }

    [Theory]
    [InlineData(" ", "64", "0000.png", "There is no question", NoQuestion)]
    [InlineData(null, "64", "0000.png", "There is no question", NoQuestion)]
    [InlineData("Why?", "0", "0000.png", "The budget is out of range", BadKeep)]
    [InlineData("Why?", "577", "0000.png", "The budget is out of range", BadKeep)]
    [InlineData("Why?", null, "0000.png", "The budget is out of range", BadKeep)]
    [InlineData("Why?", "64", null, "There is no picture", NoImage)]
    [InlineData("Why?", "64", "../config.json", "There is no such picture", UnknownSample)]
    [InlineData("Why?", "64", "0599.jpg", "There is no such picture", UnknownSample)]
    public async Task Ask_BadField_Is400(string? question, string? keep, string? sample, string title, string detail)
    {
        using HttpResponseMessage response = await PostAsync(TestServer.Form(question, keep, sample));

        await TestServer.AssertRefusedAsync(response, HttpStatusCode.BadRequest, title, detail);
    }

    [Fact]
    public async Task Ask_LongQuestion_Is400()
    {
        using HttpResponseMessage response = await PostAsync(TestServer.Form(new string('w', 301), sample: "0000.png"));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.BadRequest,
            "The question is too long",
            "The question has more than 300 characters. Expected at most 300; shorten it.");
    }

    [Theory]
    [InlineData("application/json", "{}", "")]
    [InlineData("multipart/form-data", "--b--", " (its boundary is missing or too long)")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"question\"\r\n\r\ncut", "")]
    [InlineData(
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--",
        " (a part is unknown or there twice)")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nX: y\r\n\r\nx\r\n--b--", " (a part has no name)")]
    [InlineData("multipart/form-data; boundary=b", "nothing of the kind", "")]
    public async Task Ask_NoForm_Is400(string type, string body, string reason)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        using HttpResponseMessage response = await PostAsync(content);

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.BadRequest,
            "The request cannot be read",
            $"The body is not a complete form{reason}. "
            + "Expected multipart/form-data with 'image' or 'sample', 'question' and 'keep'; send it again.");
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Ask_FromAnotherSite_Is403(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/answers") { Content = TestServer.Form(sample: "0000.png") };
        request.Headers.Add(header, value);

        using HttpResponseMessage response = await server.Client.SendAsync(request);

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.Forbidden,
            "The question comes from another site",
            "The browser says that a page of another site sent this. Expected a question from this page; open it and ask there.");
    }

    [Fact]
    public async Task Ask_FromTheOwnPage_IsAnswered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/answers") { Content = TestServer.Form(sample: "0000.png") };
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        using HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Get_UnderAnotherHostName_Is400()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };

        using HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("nothing", HttpStatusCode.NotFound)]
    [InlineData("samples/..%2fconfig.json", HttpStatusCode.NotFound)]
    [InlineData("samples/0599.jpg", HttpStatusCode.NotFound)]
    [InlineData("api/answers", HttpStatusCode.MethodNotAllowed)]
    public async Task Get_WhatIsNotThere_IsAProblemWithoutInnards(string address, HttpStatusCode status)
    {
        using HttpResponseMessage response = await server.Client.GetAsync(address);

        string body = await response.Content.ReadAsStringAsync();
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("ZooPrune", body);
        Assert.DoesNotContain("   at ", body);
    }

    [Fact]
    public async Task Ask_ModelFails_Is500WithoutInnards()
    {
        await using TestServer own = await TestServer.StartAsync(options => options);
        ((IDisposable)own.Application.Services.GetService(typeof(ZooPrune.Onnx.VisionLanguageModel))!).Dispose();

        using HttpResponseMessage response = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));

        string body = await response.Content.ReadAsStringAsync();
        Assert.Equal(
            (HttpStatusCode.InternalServerError, "application/problem+json"),
            (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("Disposed", body);
        Assert.DoesNotContain("   at ", body);
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent content) => server.Client.PostAsync("api/answers", content);

    private static async Task WriteChunkAsync(NetworkStream stream, byte[] bytes)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"));
        await stream.WriteAsync(bytes);
        await stream.WriteAsync("\r\n"u8.ToArray());
    }
}
