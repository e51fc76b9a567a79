using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace ZooPrune.Cli.Tests;

/// <summary>A test that needs a Redis; skipped without, which the summary says.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute() => Skip = Programs.AreThere("redis-server") ? null : "Needs redis-server: apt-get install redis-server.";
}

/// <summary>A Redis of a test's own, at a port of its own, that keeps nothing on the disk.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly string[] _arguments;
    private Process? _process;

    public RedisServer(params string[] arguments)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        _arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. arguments];
        Start();
    }

    public int Port { get; }

    /// <summary>What --cache is given.</summary>
    public string Address => $"redis://127.0.0.1:{Port}";

    /// <summary>Starts it, with nothing in it.</summary>
    public void Start()
    {
        _process = Programs.Start("redis-server", [], _arguments, _ => { });
        Programs.Until(IsThere, "redis-server to listen");
    }

    /// <summary>Ends it as a power cut does.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Does something in it.</summary>
    public T Use<T>(Func<IDatabase, T> use)
    {
        using ConnectionMultiplexer connection = ConnectionMultiplexer.Connect($"127.0.0.1:{Port},allowAdmin=true");
        return use(connection.GetDatabase());
    }

    /// <summary>The names of all entries.</summary>
    public RedisKey[] Keys() => Use(database => database.Multiplexer.GetServer("127.0.0.1", Port).Keys().ToArray());

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
    }

    private bool IsThere()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>Gives each connection to the next of some servers.</summary>
internal sealed class RoundRobin : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri[] _servers;

    public RoundRobin(params Uri[] servers)
    {
        _servers = servers;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            for (int next = 0; ; next = (next + 1) % _servers.Length)
            {
                _ = PassOnAsync(await _listener.AcceptTcpClientAsync(), _servers[next]);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task PassOnAsync(TcpClient client, Uri server)
    {
        using (client)
        using (var behind = new TcpClient())
        {
            await behind.ConnectAsync(server.Host, server.Port);
            try
            {
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(behind.GetStream()), behind.GetStream().CopyToAsync(client.GetStream()));
            }
            catch (IOException)
            {
                // Somebody has hung up.
            }
        }
    }
}

/// <summary>"zooprune serve" as a process of its own.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    public ServeProcess(params string[] arguments)
    {
        _process = Programs.Start(
            "dotnet",
            [],
            [Path.Combine(AppContext.BaseDirectory, "zooprune.dll"), "serve", TestModel.Folder, "--port", "0", .. arguments],
            line =>
            {
                lock (_lines)
                {
                    _lines.Add(line);
                }
            });
        Programs.Until(() => Says("Listening at ") || _process.HasExited, "zooprune serve to listen", () => Text);
        string address = Text.Split("Listening at ")[1].Split("v1")[0];
        Address = new Uri(address);
    }

    public Uri Address { get; }

    /// <summary>All that it has written.</summary>
    public string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public bool Says(string text) => Text.Contains(text, StringComparison.Ordinal);

    /// <summary>The sum of a metric over all its tags but those named.</summary>
    /// <param name="name">Its name in Prometheus's text.</param>
    /// <param name="tags">What its line must have: step="encode".</param>
    public async Task<double> MetricAsync(string name, params string[] tags)
    {
        await Task.Delay(350); // The exporter gives the same text for 300 ms.
        using var http = new HttpClient { BaseAddress = Address };
        string text = await http.GetStringAsync("metrics");
        return text.Split('\n')
            .Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal) && Array.TrueForAll(tags, line.Contains))
            .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], null));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
