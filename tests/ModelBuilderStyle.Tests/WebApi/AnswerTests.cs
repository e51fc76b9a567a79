using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ZooPrune.Onnx;

namespace ZooPrune.Samples.Tests;

public sealed class AnswerTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(576)]
    public async Task Ask_Sample_AnswersAsTheModelDoesWithBoth(int keep)
    {
        Question question = HeldOut.Questions(2)[1];
        var model = server.Application.Services.GetRequiredService<VisionLanguageModel>();
        string path = Path.Combine(HeldOut.Folder, question.Image);
        VisionAnswer pruned = model.Answer(path, question.Text, new PruningOptions { Keep = KeepBudget.Tokens(keep) });
        VisionAnswer unpruned = model.Answer(path, question.Text);

        JsonElement answer = await server.AskAsync(TestServer.Form(question.Text, $"{keep}", sample: question.Image));

        Assert.Equal(pruned.Text, answer.GetProperty("pruned").GetProperty("answer").GetString());
        Assert.Equal(unpruned.Text, answer.GetProperty("unpruned").GetProperty("answer").GetString());
        Assert.Equal(pruned.KeptIndices, answer.GetProperty("keptIndices").EnumerateArray().Select(index => index.GetInt32()));
        Assert.Equal(576, answer.GetProperty("visualTokenCount").GetInt32());
        Assert.Equal(keep, answer.GetProperty("pruned").GetProperty("keptTokenCount").GetInt32());
        Assert.Equal(576, answer.GetProperty("unpruned").GetProperty("keptTokenCount").GetInt32());
    }

    [Fact]
    public async Task Ask_SamePictureTwice_TimesEveryStageEachTime()
    {
        await server.AskAsync(TestServer.Form(sample: "0000.png"));

        JsonElement answer = await server.AskAsync(TestServer.Form(sample: "0000.png"));

        Assert.All(["pruned", "unpruned"], run =>
            Assert.All(["preprocess", "encode", "prune", "prefill"], stage =>
                Assert.True(answer.GetProperty(run).GetProperty("milliseconds").GetProperty(stage).GetSingle() > 0, $"{run} {stage}")));
    }

    [Fact]
    public async Task Ask_UploadedFile_AnswersAsForTheSample()
    {
        JsonElement sample = await server.AskAsync(TestServer.Form(sample: "0001.jpg"));

        JsonElement upload = await server.AskAsync(TestServer.Form(image: HeldOut.Picture("0001.jpg")));

        Assert.Equal(sample.GetProperty("keptIndices").GetRawText(), upload.GetProperty("keptIndices").GetRawText());
        Assert.Equal(
            sample.GetProperty("pruned").GetProperty("answer").GetString(), upload.GetProperty("pruned").GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Ask_UnknownWord_SaysSoInTheNote()
    {
        JsonElement answer = await server.AskAsync(TestServer.Form("Is there a zeppelin?", sample: "0000.png"));

        Assert.Contains("zeppelin", answer.GetProperty("pruned").GetProperty("note").GetString());
    }

    [Theory]
    [InlineData("Where is the red circle?")]
    [InlineData("Is there a zeppelin?")]
    public async Task Ask_AcceptingEvents_StreamsTheSameAnswers(string question)
    {
        JsonElement whole = await server.AskAsync(TestServer.Form(question, sample: "0000.png"));

        List<(string Name, JsonElement Data)> events = await StreamAsync(TestServer.Form(question, sample: "0000.png"));

        Assert.Equal("answer", events[^1].Name);
        JsonElement answer = events[^1].Data;
        Assert.Equal(WithoutTimes(whole), WithoutTimes(answer));
        foreach (string run in (string[])["pruned", "unpruned"])
        {
            Assert.Equal(
                answer.GetProperty(run).GetProperty("answer").GetString(),
                string.Concat(events.Where(sent => sent.Name == "text" && sent.Data.GetProperty("run").GetString() == run)
                    .Select(sent => sent.Data.GetProperty("text").GetString())));
            Assert.All(["preprocess", "encode", "prune", "prefill"], stage =>
                Assert.True(answer.GetProperty(run).GetProperty("milliseconds").GetProperty(stage).GetSingle() > 0, $"{run} {stage}"));
        }
    }

    [Fact]
    public async Task Ask_AcceptingEventsWithABrokenPicture_IsRefusedAsAlways()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/answers")
        {
            Content = TestServer.Form(image: TestPng.Truncated()),
            Headers = { Accept = { new("text/event-stream") } },
        };

        using HttpResponseMessage response = await server.Client.SendAsync(request);

        await TestServer.AssertRefusedAsync(
            response,
            System.Net.HttpStatusCode.BadRequest,
            "The picture cannot be read",
            $"The PNG file stops after {TestPng.Truncated().Length:N0} bytes without its IEND chunk. "
            + "Expected a complete file; copy or download it again.");
    }

    [Fact]
    public async Task Ask_Gif_AnswersAboutItsFirstFrame()
    {
        var model = server.Application.Services.GetRequiredService<VisionLanguageModel>();

        JsonElement answer = await server.AskAsync(TestServer.Form("Is there a star?", image: File.ReadAllBytes(HeldOut.Gif)));

        Assert.Equal(model.Answer(HeldOut.Gif, "Is there a star?").Text, answer.GetProperty("unpruned").GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Description_Always_OffersPicturesThatCanBeFetchedAndBudgetsUpToAllTokens()
    {
        JsonElement description = JsonDocument.Parse(await server.Client.GetStringAsync("api/description")).RootElement;

        Assert.Equal(
            [4, 8, 16, 32, 48, 64, 96, 128, 192, 288, 384, 576],
            description.GetProperty("budgets").EnumerateArray().Select(budget => budget.GetInt32()));
        JsonElement[] pictures = [.. description.GetProperty("pictures").EnumerateArray()];
        Assert.Equal(8, pictures.Length);
        Assert.All(pictures, picture => Assert.Equal(5, picture.GetProperty("questions").GetArrayLength()));
        foreach (string name in pictures.Select(picture => picture.GetProperty("name").GetString()!))
        {
            Assert.Equal(HeldOut.Picture(name), await server.Client.GetByteArrayAsync($"samples/{name}"));
        }
    }

    [Fact]
    public async Task Health_Running_IsHealthy() => Assert.Equal("Healthy", await server.Client.GetStringAsync("health"));

    private async Task<List<(string Name, JsonElement Data)>> StreamAsync(HttpContent form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/answers")
        {
            Content = form,
            Headers = { Accept = { new("text/event-stream") } },
        };
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return [.. (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(text => text.Split('\n'))
            .Select(lines => (lines[0]["event: ".Length..], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement))];
    }

    private static string WithoutTimes(JsonElement answer) => string.Join(
        '|',
        ((string[])["pruned", "unpruned"]).SelectMany(run => ((string[])["answer", "note", "keptTokenCount"])
            .Select(name => answer.GetProperty(run).GetProperty(name).ToString()))
            .Append(answer.GetProperty("keptIndices").GetRawText()).Append(answer.GetProperty("visualTokenCount").GetRawText()));
}
