using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace ZooPrune.Samples.Tests;

/// <summary>The Chrome DevTools protocol over one WebSocket: commands with answers, and events.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = new();
    private Task _reading = Task.CompletedTask;
    private int _lastId;

    /// <summary>What the browser reported, in order: method and parameters.</summary>
    public ConcurrentQueue<(string Method, JsonElement Parameters)> Events { get; } = new();

    public static async Task<DevTools> ConnectAsync(Uri address)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(address, CancellationToken.None);
        tools._reading = tools.ReadAsync();
        return tools;
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">The browser refuses it.</exception>
    public async Task<JsonElement> SendAsync(string method, object? parameters = null)
    {
        int id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { } });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        JsonElement response = await answer.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return response.TryGetProperty("error", out JsonElement error)
            ? throw new InvalidOperationException($"{method}: {error}")
            : response.GetProperty("result");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var message = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                {
                    continue;
                }

                Take(JsonDocument.Parse(message.ToArray()).RootElement);
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or JsonException)
        {
            foreach (TaskCompletionSource<JsonElement> answer in _waiting.Values)
            {
                answer.TrySetException(e);
            }
        }
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out JsonElement id))
        {
            if (_waiting.TryRemove(id.GetInt32(), out TaskCompletionSource<JsonElement>? answer))
            {
                answer.SetResult(message);
            }
        }
        else
        {
            Events.Enqueue((message.GetProperty("method").GetString()!, message.GetProperty("params")));
        }
    }
}
