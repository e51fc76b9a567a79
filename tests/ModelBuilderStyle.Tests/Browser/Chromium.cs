using System.Collections.Concurrent;
using System.Text.Json;
using PuppeteerSharp;

namespace ZooPrune.Samples.Tests;

/// <summary>The Chromium of this machine, headless, with a profile of its own. Nothing but this machine can be reached from it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IBrowser? _browser;

    /// <summary>The browser of this machine; null if there is none. None is ever downloaded.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => ((string[])["chromium", "chromium-browser", "google-chrome"]).Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Executable is not null)
        {
            // No sandbox: it cannot be had as root in a container, and only our own page is opened. Quotes: the arguments are joined.
            _browser = await Puppeteer.LaunchAsync(new LaunchOptions
            {
                ExecutablePath = Executable,
                Args = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=\"MAP * ~NOTFOUND, EXCLUDE 127.0.0.1\""],
                Timeout = 60_000,
                ProtocolTimeout = 60_000,
            });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    /// <summary>Opens a tab. One at a time: a tab behind another draws nothing and a click in it waits for ever.</summary>
    /// <param name="address">The page.</param>
    /// <param name="width">Of the window, in CSS pixels.</param>
    /// <param name="isDark">Whether the user prefers a dark page.</param>
    /// <param name="height">Of the window, in CSS pixels.</param>
    internal async Task<BrowserTab> OpenAsync(Uri address, int width = 1440, bool isDark = false, int height = 900)
    {
        IPage page = await _browser!.NewPageAsync();
        var tab = new BrowserTab(page);
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = height });
        await page.EmulateMediaFeaturesAsync(
        [
            new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" },
            new MediaFeatureValue { MediaFeature = MediaFeature.PrefersReducedMotion, Value = "reduce" }, // Nothing is caught half faded.
        ]);
        await page.GoToAsync(address.ToString());
        await tab.UntilAsync("document.readyState === 'complete' && document.getElementById('budget-text').textContent !== ''"
            + " && [...document.images].every(image => image.hidden || image.complete)"
            + " && (document.getElementById('gallery').hidden || document.getElementById('overlay').dataset.kept)");
        return tab;
    }
}

/// <summary>A tab, used as a person does: by mouse and keyboard.</summary>
internal sealed class BrowserTab : IAsyncDisposable
{
    private readonly IPage _page;

    public BrowserTab(IPage page)
    {
        _page = page;
        page.Request += (_, sent) => Requests.Enqueue(sent.Request.Url);
        page.PageError += (_, thrown) => Complaints.Enqueue(thrown.Message);
        page.Console += (_, written) => Complaints.Enqueue(written.Message.Text);
    }

    /// <summary>Addresses of everything that was fetched.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Errors of scripts and what was written to the console, refusals of the content security policy among them.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Does what a JavaScript expression says.</summary>
    public Task DoAsync(string expression) => _page.EvaluateExpressionAsync(expression);

    /// <summary>The value of a JavaScript expression.</summary>
    public Task<T> EvaluateAsync<T>(string expression) => _page.EvaluateExpressionAsync<T>(expression);

    /// <summary>The text that an element shows; empty if it is not to be seen.</summary>
    public Task<string> TextOfAsync(string selector) => _page.QuerySelectorAsync(selector)
        .EvaluateFunctionAsync<string>("element => element.checkVisibility() ? element.innerText.trim() : ''");

    /// <summary>Waits until an expression is true.</summary>
    public async Task UntilAsync(string condition)
    {
        try
        {
            await _page.WaitForExpressionAsync(condition, new WaitForFunctionOptions { Timeout = 20_000 });
        }
        catch (PuppeteerException e)
        {
            string text = await EvaluateAsync<string>("document.body.innerText");
            Assert.Fail($"{condition}: {e.Message} The page says: {text}. {string.Join('\n', Complaints)}");
        }
    }

    /// <summary>Clicks in the middle of an element.</summary>
    public Task ClickAsync(string selector) => _page.ClickAsync(selector);

    /// <summary>Types text where the focus is.</summary>
    public Task TypeAsync(string text) => _page.Keyboard.SendCharacterAsync(text);

    /// <summary>Presses a key.</summary>
    public Task PressAsync(string key) => _page.Keyboard.PressAsync(key);

    /// <summary>Chooses a file in the page's upload, as the file dialog would.</summary>
    public async Task ChooseFileAsync(string selector, string path) =>
        await (await _page.QuerySelectorAsync(selector)).UploadFileAsync(path);

    /// <summary>Role and name of everything that assistive technology is told of.</summary>
    public async Task<IReadOnlyList<(string Role, string Name)>> AccessibleNodesAsync()
    {
        // Puppeteer's own snapshot leaves nodes out, images among them.
        JsonElement tree = (await _page.Client.SendAsync("Accessibility.getFullAXTree"))!.Value;
        return [.. tree.GetProperty("nodes").EnumerateArray()
            .Where(node => !node.GetProperty("ignored").GetBoolean())
            .Select(node => (ValueOf(node, "role"), ValueOf(node, "name")))];
    }

    /// <summary>The whole page as PNG.</summary>
    public Task<byte[]> ScreenshotAsync() => _page.ScreenshotDataAsync(new ScreenshotOptions { FullPage = true });

    public async ValueTask DisposeAsync() => await _page.DisposeAsync();

    private static string ValueOf(JsonElement node, string property) =>
        node.TryGetProperty(property, out JsonElement value) ? value.GetProperty("value").ToString() : "";
}

/// <summary>A test in a real browser; skipped, and reported as such, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Executable is null)
        {
            Skip = "There is no chromium, chromium-browser or google-chrome on the PATH. Install one (Debian: apt-get install chromium).";
        }
    }
}

/// <summary>A test with axe-core in a real browser; skipped, and reported as such, where there is neither.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AxeFactAttribute : FactAttribute
{
    public AxeFactAttribute()
    {
        Skip = new BrowserFactAttribute().Skip ?? (File.Exists(Script) ? null
            : "Needs axe-core in artifacts/node: copy tests/ZooPrune.Onnx.Tests/Node/package*.json there and run npm ci --ignore-scripts.");
    }

    /// <summary>Where .ci/run installs it.</summary>
    public static string Script { get; } =
        Path.Combine(Repository.Root, "artifacts", "node", "node_modules", "axe-core", "axe.min.js");
}
