using System.Diagnostics;
using System.Text.Json;

namespace ZooPrune.Samples.Tests;

/// <summary>A headless Chromium with a profile of its own. Nothing but this machine can be reached from it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("zooprune-chromium-");
    private readonly HttpClient _client = new();
    private Process? _process;

    /// <summary>The browser of this machine; null if there is none.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => ((string[])["chromium", "chromium-browser", "google-chrome"]).Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Executable is null)
        {
            return;
        }

        // No sandbox: it cannot be had as root in a container, and only our own page is opened.
        _process = Process.Start(new ProcessStartInfo(
            Executable,
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}", "about:blank",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();

        // The first line of this file is the port that it chose.
        string portFile = Path.Combine(_profile.FullName, "DevToolsActivePort");
        for (int i = 0; !File.Exists(portFile) || File.ReadAllLines(portFile).Length < 2; i++)
        {
            Assert.True(i < 600 && !_process.HasExited, $"{Executable} did not start within a minute.");
            await Task.Delay(100);
        }

        _client.BaseAddress = new Uri($"http://127.0.0.1:{File.ReadAllLines(portFile)[0]}");
    }

    /// <summary>Opens a tab.</summary>
    /// <param name="address">The page.</param>
    /// <param name="width">Of the window, in CSS pixels.</param>
    /// <param name="isDark">Whether the user prefers a dark page.</param>
    internal async Task<BrowserTab> OpenAsync(Uri address, int width = 1440, bool isDark = false)
    {
        using HttpResponseMessage response = await _client.PutAsync(new Uri("json/new?about:blank", UriKind.Relative), null);
        JsonElement target = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var tab = new BrowserTab(await DevTools.ConnectAsync(new Uri(target.GetProperty("webSocketDebuggerUrl").GetString()!)));
        await tab.OpenAsync(address, width, isDark);
        return tab;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        for (int i = 0; _profile.Exists && i < 20; i++)
        {
            try
            {
                _profile.Delete(recursive: true);
                return;
            }
            catch (IOException)
            {
                await Task.Delay(100); // A child process is still writing.
            }
        }
    }
}
