using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace ZooPrune.Samples.Tests;

public sealed class LoadTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Ask_FortyAtOnce_EachGetsItsOwnAnswer()
    {
        IReadOnlyList<Question> questions = HeldOut.Questions(8);
        await using TestServer own = await TestServer.StartAsync(options => options with { Workers = 2 });
        int[] keeps = [16, 64, 576];
        var expected = new List<string>();
        for (int i = 0; i < questions.Count; i++)
        {
            expected.Add(await AskAsync(i));
        }

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => AskAsync(i % questions.Count)));

        Assert.Equal(Enumerable.Range(0, 40).Select(i => expected[i % questions.Count]), answers);
        Assert.True(expected.Distinct().Count() > 4, "The questions are too much alike to tell a mix-up.");
        Assert.InRange(own.Application.Services.GetRequiredService<EnginePool>().IdleCount, 3, 6);

        async Task<string> AskAsync(int i)
        {
            JsonElement answer = await own.AskAsync(TestServer.Form(questions[i].Text, $"{keeps[i % 3]}", sample: questions[i].Image));
            return $"{answer.GetProperty("pruned").GetProperty("answer")} {answer.GetProperty("unpruned").GetProperty("answer")} "
                + answer.GetProperty("keptIndices");
        }
    }

    [Fact]
    public async Task Ask_QueueFull_Is503WithRetryAfterAndTheOthersAreAnswered()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { Workers = 1, Queue = 3 });
        AnswerQueue queue = own.Application.Services.GetRequiredService<AnswerQueue>();
        Task<HttpResponseMessage>[] asked;
        using (await queue.EnterAsync(CancellationToken.None))
        {
            // The only worker is taken: three wait, five are turned away.
            asked = [.. Enumerable.Range(0, 8).Select(_ => own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png")))];
            await UntilAsync(() => asked.Count(task => task.IsCompleted) == 5 && queue.Waiting == 3);
            Assert.Equal("Healthy", await own.Client.GetStringAsync("health"));
            foreach (Task<HttpResponseMessage> refused in asked.Where(task => task.IsCompleted))
            {
                HttpResponseMessage response = await refused;
                Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
                await TestServer.AssertRefusedAsync(
                    response,
                    HttpStatusCode.ServiceUnavailable,
                    "Too many questions at once",
                    "All workers are busy and 3 questions wait already. Expected room in the queue; try again in a moment.");
            }
        }

        HttpResponseMessage[] responses = await Task.WhenAll(asked);
        Assert.Equal(3, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Ask_SlowAndOversizeSenders_DoNotKeepOthersWaiting()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { Workers = 1, Queue = 4 });
        var slow = new List<TcpClient>();
        for (int i = 0; i < 20; i++)
        {
            // Twenty senders that stop in the middle of their picture.
            var client = new TcpClient();
            slow.Add(client);
            await client.ConnectAsync(own.Address.Host, own.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                "POST /api/answers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\n\r\n"));
        }

        byte[] large = new byte[(10 * 1024 * 1024) + 1];
        TestPng.Create().CopyTo(large, 0);
        Task<HttpResponseMessage>[] oversize =
            [.. Enumerable.Range(0, 4).Select(_ => own.Client.PostAsync("api/answers", TestServer.Form(image: large)))];

        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.All(await Task.WhenAll(oversize), response => Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode));
        Assert.All(slow, client => Assert.Equal(0, client.Available));
        slow.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Ask_ClientGoesAwayWhileWaiting_LeavesTheQueue()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { Workers = 1, Queue = 1 });
        AnswerQueue queue = own.Application.Services.GetRequiredService<AnswerQueue>();
        IDisposable worker = await queue.EnterAsync(CancellationToken.None);
        using (var stop = new CancellationTokenSource())
        {
            Task<HttpResponseMessage> leaving = own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"), stop.Token);
            await UntilAsync(() => queue.Waiting == 1);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        }

        await UntilAsync(() => queue.Waiting == 0);
        worker.Dispose();
        await own.AskAsync(TestServer.Form(sample: "0000.png"));
    }

    [Fact]
    public async Task Ask_WaitingLongerThanTheLimit_Is504()
    {
        await using TestServer own = await TestServer.StartAsync(
            options => options with { Workers = 1, Timeout = TimeSpan.FromMilliseconds(300) });
        using IDisposable worker = await own.Application.Services.GetRequiredService<AnswerQueue>().EnterAsync(CancellationToken.None);

        using HttpResponseMessage response = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.GatewayTimeout,
            "This took too long",
            "There was no answer within 0.3 seconds. Expected a shorter queue or a faster connection; try again.");
    }

    [Fact]
    public async Task Pool_ManyBudgets_KeepsFewEngines()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { IdleEngines = 3 });
        EnginePool pool = own.Application.Services.GetRequiredService<EnginePool>();
        ShapesVqa.ModelInput input = HeldOut.Questions(1)[0].ToInput();

        for (int keep = 1; keep <= 5; keep++)
        {
            Assert.Equal(keep, pool.Predict(keep, input).KeptIndices.Length);
        }

        Assert.Equal(3, pool.IdleCount);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 500, "It did not happen within ten seconds.");
            await Task.Delay(20);
        }
    }
}
