using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace ZooPrune.Samples.Tests;

public sealed partial class PageTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Files = ["/", "/app.css", "/app.js", "/icon.svg"];

    [Fact]
    public async Task Files_All_HaveTheHeadersThatForbidOutsideResources()
    {
        foreach (string file in Files)
        {
            using HttpResponseMessage response = await server.Client.GetAsync(file);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'",
                response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        }
    }

    [Fact]
    public async Task Files_All_NameNoOtherHost()
    {
        foreach (string file in Files)
        {
            string text = await server.Client.GetStringAsync(file);

            string withoutNamespace = text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.Empty(OtherHost().Matches(withoutNamespace).Select(match => match.Value));
        }
    }

    [Fact]
    public async Task Files_Together_WeighLessThan32Kilobytes()
    {
        int bytes = 0;
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            foreach (string file in Files)
            {
                byte[] content = await server.Client.GetByteArrayAsync(file);
                bytes += content.Length;
                zip.Write(content);
            }
        }

        Assert.InRange(bytes, 1, 32 * 1024);
        Assert.InRange(zipped.Length, 1, 10 * 1024);
    }

    [Fact]
    public async Task Get_WithTheTagOfLastTime_Is304()
    {
        using HttpResponseMessage first = await server.Client.GetAsync("/app.js");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app.js") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using HttpResponseMessage second = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [GeneratedRegex("https?://[^\"' )]+|url\\([^)]*\\)|@import")]
    private static partial Regex OtherHost();
}
