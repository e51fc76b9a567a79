using System.Text.Json;

namespace ZooPrune.Samples.Tests;

/// <summary>A tab, used as a person does: by mouse and keyboard.</summary>
internal sealed class BrowserTab(DevTools tools) : IAsyncDisposable
{
    private const int Height = 900;

    /// <summary>Addresses of everything that was fetched.</summary>
    public IEnumerable<string> Requests => EventsOf("Network.requestWillBeSent").Select(sent => sent.GetProperty("request").GetProperty("url").GetString()!);

    /// <summary>Errors of scripts and what the browser wrote to its log, refusals of the content security policy among them.</summary>
    public IEnumerable<string> Complaints => EventsOf("Runtime.exceptionThrown", "Log.entryAdded").Select(complaint => complaint.GetRawText());

    public async Task OpenAsync(Uri address, int width, bool isDark)
    {
        foreach (string domain in (string[])["Page", "Runtime", "Network", "Log", "DOM", "Accessibility"])
        {
            await tools.SendAsync($"{domain}.enable");
        }

        await tools.SendAsync("Emulation.setDeviceMetricsOverride", new { width, height = Height, deviceScaleFactor = 1, mobile = false });
        await tools.SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = isDark ? "dark" : "light" } } });
        await tools.SendAsync("Page.navigate", new { url = address.ToString() });
        await UntilAsync("document.readyState === 'complete' && document.querySelectorAll('#gallery img').length > 0"
            + " && [...document.images].every(image => image.hidden || image.complete)");
    }

    /// <summary>The value of a JavaScript expression.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        JsonElement result = await tools.SendAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        Assert.False(result.TryGetProperty("exceptionDetails", out JsonElement exception), $"{expression}: {exception}");
        return result.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value : default;
    }

    /// <summary>The text that an element shows; empty if it is not to be seen.</summary>
    public async Task<string> TextOfAsync(string selector) =>
        (await EvaluateAsync($"document.querySelector({Quote(selector)}).checkVisibility() ? document.querySelector({Quote(selector)}).innerText.trim() : ''")).GetString()!;

    /// <summary>Waits until an expression is true.</summary>
    public async Task UntilAsync(string condition)
    {
        for (int i = 0; i < 400 && !EventsOf("Runtime.exceptionThrown").Any(); i++)
        {
            if ((await EvaluateAsync($"!!({condition})")).GetBoolean())
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"Not within twenty seconds, or a script failed: {condition}. The page says: {await EvaluateAsync("document.body.innerText")}. {string.Join('\n', Complaints)}");
    }

    /// <summary>Clicks in the middle of an element.</summary>
    public async Task ClickAsync(string selector)
    {
        JsonElement place = await EvaluateAsync(
            $"(() => {{ const element = document.querySelector({Quote(selector)}); element.scrollIntoView({{ block: 'center' }});"
            + " const box = element.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()");
        (double x, double y) = (place[0].GetDouble(), place[1].GetDouble());
        foreach (string type in (string[])["mousePressed", "mouseReleased"])
        {
            await tools.SendAsync("Input.dispatchMouseEvent", new { type, x, y, button = "left", clickCount = 1 });
        }
    }

    /// <summary>Types text where the focus is.</summary>
    public Task TypeAsync(string text) => tools.SendAsync("Input.insertText", new { text });

    /// <summary>Presses a key: Tab, Enter, Space, ArrowLeft, ArrowRight, Home, End.</summary>
    public async Task PressAsync(string key)
    {
        (int code, string? text) = key switch
        {
            "Tab" => (9, null),
            "Enter" => (13, "\r"),
            "Space" => (32, " "),
            "End" => (35, null),
            "Home" => (36, null),
            "ArrowLeft" => (37, null),
            "ArrowRight" => (39, null),
            _ => throw new ArgumentException(key, nameof(key)),
        };
        string name = key == "Space" ? " " : key;
        await tools.SendAsync(
            "Input.dispatchKeyEvent", new { type = text is null ? "rawKeyDown" : "keyDown", key = name, code = key, windowsVirtualKeyCode = code, text = text ?? "" });
        await tools.SendAsync("Input.dispatchKeyEvent", new { type = "keyUp", key = name, code = key, windowsVirtualKeyCode = code });
    }

    /// <summary>Chooses a file in the page's upload, as the file dialog would.</summary>
    public async Task ChooseFileAsync(string selector, string path)
    {
        JsonElement document = await tools.SendAsync("DOM.getDocument");
        JsonElement input = await tools.SendAsync(
            "DOM.querySelector", new { nodeId = document.GetProperty("root").GetProperty("nodeId").GetInt32(), selector });
        await tools.SendAsync("DOM.setFileInputFiles", new { files = new[] { path }, nodeId = input.GetProperty("nodeId").GetInt32() });
    }

    /// <summary>Role and name of everything that assistive technology is told of.</summary>
    public async Task<IReadOnlyList<(string Role, string Name)>> AccessibleNodesAsync()
    {
        JsonElement tree = await tools.SendAsync("Accessibility.getFullAXTree");
        return [.. tree.GetProperty("nodes").EnumerateArray()
            .Where(node => !node.GetProperty("ignored").GetBoolean())
            .Select(node => (ValueOf(node, "role"), ValueOf(node, "name")))];
    }

    /// <summary>The whole page as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        JsonElement screenshot = await tools.SendAsync("Page.captureScreenshot", new { format = "png", captureBeyondViewport = true });
        return screenshot.GetProperty("data").GetBytesFromBase64();
    }

    public async ValueTask DisposeAsync()
    {
        await tools.SendAsync("Page.close");
        await tools.DisposeAsync();
    }

    private IEnumerable<JsonElement> EventsOf(params string[] methods) =>
        tools.Events.Where(happened => methods.Contains(happened.Method)).Select(happened => happened.Parameters);

    private static string ValueOf(JsonElement node, string property) =>
        node.TryGetProperty(property, out JsonElement value) ? value.GetProperty("value").ToString() : "";

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
