using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ZooPrune.Onnx;

namespace ZooPrune.Benchmarks;

/// <summary>Models that are disposed while threads ask them: running answers end, later ones get an ObjectDisposedException.</summary>
internal static class DisposeRun
{
    private const int Threads = 4;

    public static Tally Measure(int count)
    {
        var tally = new Tally(TimeSpan.FromSeconds(30), long.MaxValue);
        string folder = Path.Combine("models", "shapes-vlm");
        byte[] picture = File.ReadAllBytes(Path.Combine(folder, "heldout", "0000.png"));
        for (int i = 0; i < count; i++)
        {
            var random = new Random(i);
            var model = VisionLanguageModel.Load(folder, new VisionLanguageModelOptions { Threads = 1 });
            PreparedImage image = model.Prepare(picture, "picture");
            var problems = new List<string>();
            Thread[] asking = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() => Ask(model, image, problems)))];
            Array.ForEach(asking, thread => thread.Start());
            Thread.Sleep(random.Next(120));
            long start = Stopwatch.GetTimestamp();
            model.Dispose();
            bool ended = asking.All(thread => thread.Join(TimeSpan.FromSeconds(30)));
            tally.Add(
                isTaken: true,
                Stopwatch.GetElapsedTime(start),
                !ended ? $"dispose {i}: a thread does not end" : problems.FirstOrDefault());
        }

        return tally;
    }

    private static void Ask(VisionLanguageModel model, PreparedImage image, List<string> problems)
    {
        try
        {
            while (true)
            {
                model.Answer(image, "What color is the circle?", new PruningOptions { Keep = KeepBudget.Tokens(64) }, 3);
            }
        }
        catch (ObjectDisposedException)
        {
            // As it should be.
        }
        catch (Exception exception)
        {
            lock (problems)
            {
                problems.Add($"dispose: {exception.GetType().Name}: {exception.Message}");
            }
        }
    }
}

/// <summary>Requests to "zooprune serve" all at once: each gets an answer or hears why not, and an honest client gets through.</summary>
internal static class RequestRun
{
    public static Tally Measure(int count)
    {
        var tally = new Tally(TimeSpan.FromMinutes(5), long.MaxValue);
        string program = Path.Combine("artifacts", "bin", "ZooPrune.Cli", "release", "zooprune.dll");
        string folder = Path.Combine("models", "shapes-vlm");
        using Process server = Process.Start(new ProcessStartInfo("dotnet", [program, "serve", folder, "--port", "0", "--keep", "64"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            string address = server.StandardOutput.ReadLine()!.Split(' ')[2];
            using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 2 * count };
            using var client = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(5) };
            string picture = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder, "heldout", "0000.png")));
            byte[] body = Encoding.UTF8.GetBytes($$$"""
                {"model": "shapes-vlm", "messages": [{"role": "user", "content": [{"type": "text", "text": "Where is the red circle?"},
                 {"type": "image_url", "image_url": {"url": "data:image/png;base64,{{{picture}}}"}}]}]}
                """);
            Task.WhenAll(Enumerable.Range(0, count).Select(_ => AskAsync(client, address, body, tally))).GetAwaiter().GetResult();
            AskAsync(client, address, body, tally).GetAwaiter().GetResult();
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }

        return tally;
    }

    private static async Task AskAsync(HttpClient client, string address, byte[] body, Tally tally)
    {
        long start = Stopwatch.GetTimestamp();
        string? problem = null;
        bool isTaken = false;
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using HttpResponseMessage response = await client.PostAsync($"{address}/chat/completions", content);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            isTaken = response.IsSuccessStatusCode;
            problem = isTaken || (int)response.StatusCode is 429 or 503 or 504 ? null : $"request: {(int)response.StatusCode}";
        }
        catch (Exception exception)
        {
            problem = $"request: {exception.GetType().Name}: {exception.Message}";
        }

        lock (tally)
        {
            tally.Add(isTaken, Stopwatch.GetElapsedTime(start), problem);
        }
    }
}
