using Microsoft.ML.Data;

namespace ZooPrune.Samples.Tests;

/// <summary>The page in a real browser.</summary>
public sealed class PageInBrowserTests(TestServer server, Chromium chromium) : IClassFixture<TestServer>, IClassFixture<Chromium>
{
    private const string Answered = "!document.getElementById('result').hidden && document.getElementById('result').ariaBusy === 'false'";
    private const string FirstPicture = "#gallery button";

    // Rules of axe-core that it is sure are broken, with the elements.
    private const string AxeViolations = """
        axe.run().then(result => result.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)).join('; '))
        """;

    [BrowserFact]
    public async Task Page_Opened_HasAskedAboutTheFirstPicture()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);
        await tab.UntilAsync(Answered);

        Assert.Equal("Do you see a red circle?", await tab.EvaluateAsync<string>("document.getElementById('question').value"));
        Assert.Equal(("yes", "yes"), (await tab.TextOfAsync("#answer-pruned"), await tab.TextOfAsync("#answer-unpruned")));
        Assert.Equal("true", await tab.EvaluateAsync<string>($"document.querySelector('{FirstPicture}').ariaPressed"));
        AssertCleanlyServed(tab);
    }

    [BrowserFact]
    public async Task Answer_Words_AreShownAsTheyCome()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);
        await tab.DoAsync("""
            window.shown = [];
            new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => shown.push(node.data))))
              .observe(document.getElementById('answer-pruned'), { childList: true });
            """);
        await tab.ClickAsync("#gallery button:nth-child(2)");
        await tab.DoAsync("document.getElementById('question').value = 'Where is the orange circle?'");
        await tab.ClickAsync("#ask");
        await tab.UntilAsync("document.getElementById('answer-unpruned').textContent === 'top left'");
        await tab.UntilAsync(Answered);

        string[] shown = await tab.EvaluateAsync<string[]>("shown");

        Assert.Contains("top", shown);
        Assert.Equal("top left", shown[^1]);
    }

    [BrowserFact]
    public async Task Phone_PictureAnswersAndSlider_AreOnOneScreen()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address, 375, height: 560); // What Safari leaves of a small iPhone.
        await tab.UntilAsync(Answered);

        foreach (string id in (string[])["question", "ask", "stage", "answer-pruned", "answer-unpruned", "badge-pruned", "budget", "budget-text"])
        {
            double[] box = await tab.EvaluateAsync<double[]>(
                $"(box => [box.left, box.top, box.right, box.bottom])(document.getElementById('{id}').getBoundingClientRect())");
            Assert.True(box[0] >= 0 && box[1] >= 0 && box[2] <= 375 && box[3] <= 560, $"{id}: {string.Join(", ", box)}");
        }
    }

    [AxeFact]
    [Trait("Speed", "Slow")]
    public async Task Axe_EveryRule_FindsNothing()
    {
        foreach ((int width, bool isDark) in ((int, bool)[])[(375, false), (375, true), (1280, false), (1280, true)])
        {
            await using BrowserTab tab = await chromium.OpenAsync(server.Address, width, isDark);
            await tab.UntilAsync(Answered);
            await tab.DoAsync(await File.ReadAllTextAsync(AxeFactAttribute.Script));
            Assert.Equal("", await tab.EvaluateAsync<string>(AxeViolations));
            await tab.DoAsync("document.getElementById('question').value = ''");
            await tab.ClickAsync("#ask");
            Assert.Equal("", await tab.EvaluateAsync<string>(AxeViolations));
        }
    }

    [BrowserFact]
    public async Task PickAPicture_ShowsAnswersTimesAndKeptTokens()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await tab.ClickAsync(FirstPicture);
        await tab.UntilAsync(Answered);

        Assert.Equal("Do you see a red circle?", await tab.EvaluateAsync<string>("document.getElementById('question').value"));
        Assert.Equal(("yes", "✓ right"), (await tab.TextOfAsync("#answer-pruned"), await tab.TextOfAsync("#badge-pruned")));
        Assert.Equal(("yes", "✓ right"), (await tab.TextOfAsync("#answer-unpruned"), await tab.TextOfAsync("#badge-unpruned")));
        Assert.Equal("Bright: the 64 of 576 patches that are kept", await tab.TextOfAsync("#kept"));
        Assert.Equal(512, await PatchesAsync(tab, ".dropped"));
        string[] rows = (await tab.TextOfAsync("table")).Split('\n');
        Assert.Equal(["Stage, ms", "Preprocess", "Encode", "Prune", "Prefill", "Decode", "Total"], rows.Select(row => row.Split('\t')[0]));
        Assert.All(rows.Skip(1).SkipLast(2), row => Assert.All(row.Split('\t').Skip(1), cell => Assert.True(double.Parse(cell) > 0, row)));
        Assert.Matches("times as|same time", await tab.TextOfAsync("#speed"));
        Assert.Equal("", await tab.TextOfAsync("#error"));
        AssertCleanlyServed(tab);
    }

    [BrowserFact]
    public async Task Overlay_OnAndOff_DimsWhatWasDropped()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);
        await tab.ClickAsync(FirstPicture);
        await tab.UntilAsync(Answered);
        await tab.DoAsync("scrollTo(0, 0)");
        int[] kept = [.. HeldOutKept()];
        double[] box = await tab.EvaluateAsync<double[]>(
            "(box => [box.x, box.y, box.width])(document.getElementById('stage').getBoundingClientRect())");

        double[] with = Brightness(await tab.ScreenshotAsync(), box);
        await tab.ClickAsync("#show-overlay");
        await tab.DoAsync("scrollTo(0, 0)");
        double[] without = Brightness(await tab.ScreenshotAsync(), box);

        Assert.All(Enumerable.Range(0, 576), patch =>
        {
            // The middle of a patch: as it was if kept, otherwise a dark veil over it. 12 of 255 for scaling and the outline's edge.
            double expected = kept.Contains(patch) ? without[patch] : (without[patch] * 0.3) + (13 * 0.7);
            Assert.InRange(with[patch], expected - 12, expected + 12);
        });
    }

    [BrowserFact]
    public async Task Budget_ByKeyboard_AsksAgainAndKeepsThatMany()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);
        await tab.ClickAsync(FirstPicture);
        await tab.UntilAsync(Answered);

        await tab.DoAsync("document.getElementById('budget').focus()");
        await tab.PressAsync("ArrowLeft");
        await tab.PressAsync("ArrowLeft");
        await tab.UntilAsync("document.getElementById('overlay').dataset.kept === '32'");

        Assert.Equal("32 of 576 tokens, 6 %", await tab.TextOfAsync("#budget-text"));
        Assert.Equal("32 of 576 tokens, 6 %", await tab.EvaluateAsync<string>("document.getElementById('budget').ariaValueText"));
        Assert.Equal(544, await PatchesAsync(tab, ".dropped"));
        Assert.Equal("32 tokens", await tab.TextOfAsync("thead [data-label=pruned]"));

        await tab.PressAsync("End");
        await tab.UntilAsync("document.getElementById('overlay').dataset.kept === '576'");
        Assert.Equal(0, await PatchesAsync(tab, ".dropped"));
    }

    [BrowserFact]
    public async Task Page_KeyboardOnly_AsksAnOwnQuestion()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await TabToAsync(tab, "budget");
        await tab.PressAsync("Tab");
        await tab.PressAsync("Tab");
        await tab.PressAsync("Enter"); // the second picture
        await tab.UntilAsync(Answered);
        await TabToAsync(tab, "question");
        await tab.DoAsync("document.activeElement.select()");
        await tab.TypeAsync("Is there a zeppelin?");
        await tab.PressAsync("Enter");
        await tab.UntilAsync("!document.getElementById('note').hidden");

        Assert.Contains("zeppelin", await tab.TextOfAsync("#note"));
        Assert.Matches("same|differs", await tab.TextOfAsync("#badge-pruned"));
        Assert.Equal("", await tab.TextOfAsync("#badge-unpruned"));
    }

    [BrowserFact]
    public async Task Upload_Picture_IsAskedAndShown()
    {
        using var folder = new TestFolder();
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await tab.ChooseFileAsync("#file", folder.Write("blue.png", TestPng.Create(400, 300)));
        await tab.UntilAsync(Answered);

        Assert.StartsWith("blob:", await tab.EvaluateAsync<string>("document.getElementById('picture').src"));
        Assert.Equal(400, await tab.EvaluateAsync<int>("document.getElementById('picture').naturalWidth"));
        Assert.Equal(512, await PatchesAsync(tab, ".dropped"));
        AssertCleanlyServed(tab);
    }

    [BrowserFact]
    public async Task Upload_Gif_IsAskedAndShown()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await tab.ChooseFileAsync("#file", HeldOut.Gif);
        await tab.UntilAsync("document.getElementById('picture').src.startsWith('blob:')");
        await tab.UntilAsync(Answered);

        Assert.Equal("", await tab.TextOfAsync("#error"));
        Assert.NotEqual("", await tab.TextOfAsync("#answer-pruned"));
        Assert.Contains("PNG, JPEG, WebP, GIF (its first frame) or BMP, up to 10 MB", await tab.TextOfAsync("#file-hint"));
    }

    [BrowserFact]
    public async Task Upload_TurnedPicture_IsShownAsTheModelReadsIt()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { ApplyExifOrientation = true });
        foreach ((TestServer asked, string answer, string orientation) in
            ((TestServer, string, string)[])[(server, "top right", "none"), (own, "bottom left", "from-image")])
        {
            await using BrowserTab tab = await chromium.OpenAsync(asked.Address);
            await tab.DoAsync("document.getElementById('question').select()");
            await tab.TypeAsync("Where is the red circle?");
            await tab.ChooseFileAsync("#file", HeldOut.TurnedPicture);
            await tab.UntilAsync(Answered);

            Assert.Equal(answer, await tab.TextOfAsync("#answer-unpruned"));
            Assert.Equal(
                orientation, await tab.EvaluateAsync<string>("getComputedStyle(document.getElementById('picture')).imageOrientation"));
        }
    }

    [BrowserFact]
    public async Task Upload_BrokenPicture_SaysWhyAndTheNextOneWorks()
    {
        using var folder = new TestFolder();
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await tab.ChooseFileAsync("#file", folder.Write("cut.png", TestPng.Truncated()));
        await tab.UntilAsync("!document.getElementById('error').hidden");

        Assert.Equal("The picture cannot be read", await tab.TextOfAsync("#error-title"));
        Assert.Matches("^The PNG file stops after [0-9,]+ bytes without its IEND chunk", await tab.TextOfAsync("#error-detail"));
        Assert.Equal("", await tab.TextOfAsync("#result"));
        Assert.False(await tab.EvaluateAsync<bool>("document.getElementById('overlay').checkVisibility()"));

        await tab.ClickAsync(FirstPicture);
        await tab.UntilAsync(Answered);
        Assert.Equal("", await tab.TextOfAsync("#error"));
        Assert.Equal("yes", await tab.TextOfAsync("#answer-pruned"));
    }

    [BrowserFact]
    public async Task Upload_TextUnderTheNameOfAPicture_SaysWhatItNeeds()
    {
        using var folder = new TestFolder();
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await tab.ChooseFileAsync("#file", folder.Write("holiday <b>.png", "no picture"));
        await tab.UntilAsync("!document.getElementById('error').hidden");

        Assert.Equal("This is not a picture", await tab.TextOfAsync("#error-title"));
        Assert.StartsWith("'holiday <b>.png' is no PNG, JPEG, WebP, GIF or BMP file.", await tab.TextOfAsync("#error-detail"));
    }

    [BrowserFact]
    public async Task Upload_TooLarge_IsRefusedWithoutSending()
    {
        using var folder = new TestFolder();
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);

        await tab.ChooseFileAsync("#file", folder.Write("large.png", new byte[11 * 1024 * 1024]));
        await tab.UntilAsync("!document.getElementById('error').hidden");

        Assert.Equal(
            "'large.png' has 11 MB. Files up to 10 MB are taken; make it smaller or save it as JPEG.",
            await tab.TextOfAsync("#error-detail"));
        Assert.Single(tab.Requests, request => request.EndsWith("/api/answers")); // The one that the page begins with.
    }

    [BrowserFact]
    public async Task Ask_WithoutPicture_SaysSo()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { SampleCount = 0 });
        await using BrowserTab tab = await chromium.OpenAsync(own.Address);

        await tab.ClickAsync("#ask");

        Assert.Equal("Choose one of the pictures, or upload your own.", await tab.TextOfAsync("#error-detail"));
    }

    [BrowserFact]
    public async Task Ask_ServerGone_SaysSo()
    {
        await using TestServer own = await TestServer.StartAsync(options => options);
        await using BrowserTab tab = await chromium.OpenAsync(own.Address);
        await tab.ClickAsync(FirstPicture);
        await tab.UntilAsync(Answered);
        await own.Application.StopAsync();

        await tab.ClickAsync("#ask");
        await tab.UntilAsync("!document.getElementById('error').hidden");

        Assert.Equal("The server cannot be reached", await tab.TextOfAsync("#error-title"));
    }

    [BrowserFact]
    public async Task Controls_All_HaveNames()
    {
        await using BrowserTab tab = await chromium.OpenAsync(server.Address);
        await tab.ClickAsync(FirstPicture);
        await tab.UntilAsync(Answered);

        IReadOnlyList<(string Role, string Name)> nodes = await tab.AccessibleNodesAsync();

        Assert.All(
            nodes.Where(node => node.Role is "button" or "textbox" or "slider" or "checkbox" or "image" or "table" or "region"),
            node => Assert.NotEqual("", node.Name));
        Assert.Contains(("textbox", "Question"), nodes);
        Assert.Contains(("slider", "Budget"), nodes);
        Assert.Contains(("checkbox", "Show kept tokens"), nodes);
        Assert.Contains(("button", "Picture 8"), nodes);
        Assert.Contains(nodes, node => node.Role == "button" && node.Name.StartsWith("Upload your own"));
    }

    [BrowserFact]
    [Trait("Speed", "Slow")]
    public async Task Layout_AtEveryWidth_FitsAndCanBeRead()
    {
        foreach ((int width, bool isDark) in ((int, bool)[])
            [(360, false), (375, false), (375, true), (768, false), (1280, false), (1280, true), (1440, true)])
        {
            await using BrowserTab tab = await chromium.OpenAsync(server.Address, width, isDark);
            await tab.ClickAsync(FirstPicture);
            await tab.UntilAsync(Answered);
            await tab.DoAsync("scrollTo(0, 0)");
            Screenshot($"page-{width}-{(isDark ? "dark" : "light")}", await tab.ScreenshotAsync());

            Assert.Equal(width, await tab.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            Assert.Equal("", await tab.EvaluateAsync<string>(LowContrast));
            Assert.Equal("", await tab.EvaluateAsync<string>(SmallTargets));
        }
    }

    [BrowserFact]
    public async Task Layout_OfAnError_CanBeRead()
    {
        foreach ((int width, bool isDark) in ((int, bool)[])[(375, false), (1280, true)])
        {
            await using BrowserTab tab = await chromium.OpenAsync(server.Address, width, isDark);
            await tab.DoAsync("document.getElementById('question').value = ''");
            await tab.ClickAsync("#ask");
            Screenshot($"error-{width}-{(isDark ? "dark" : "light")}", await tab.ScreenshotAsync());

            Assert.Equal(width, await tab.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            Assert.Equal("", await tab.EvaluateAsync<string>(LowContrast));
        }
    }

    /// <summary>Texts whose contrast with what lies behind them is below 4.5 (WCAG 2.2, 1.4.3).</summary>
    private const string LowContrast = """
        (() => {
          const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const rgba = color => {
            pixel.clearRect(0, 0, 1, 1);
            pixel.fillStyle = color;
            pixel.fillRect(0, 0, 1, 1);
            return [...pixel.getImageData(0, 0, 1, 1).data];
          };
          const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = element => {
            for (let e = element; e; e = e.parentElement) {
              const c = rgba(getComputedStyle(e).backgroundColor);
              if (c[3] === 255) return c;
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll('body *')]
            .filter(e => e.checkVisibility())
            .filter(e => e.matches('input[type=text]') || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .map(e => {
              const [a, b] = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))];
              return [e, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
            })
            .filter(([, contrast]) => contrast < 4.5)
            .map(([e, contrast]) => `${e.tagName} ${e.id} ${e.className} '${e.textContent.trim().slice(0, 20)}' ${contrast.toFixed(2)}`)
            .join('; ');
        })()
        """;

    /// <summary>Controls smaller than 24 by 24 pixels (WCAG 2.2, 2.5.8), unless their label is larger.</summary>
    private const string SmallTargets = """
        [...document.querySelectorAll('button, input, label[for=file]')]
          .map(e => [e, (e.id === 'file' || e.type === 'checkbox' ? e.labels[0] : e).getBoundingClientRect()])
          .filter(([e, box]) => e.checkVisibility() && (box.width < 24 || box.height < 24))
          .map(([e, box]) => `${e.tagName} ${e.id} ${box.width} x ${box.height}`).join('; ')
        """;

    private static async Task TabToAsync(BrowserTab tab, string id)
    {
        for (int i = 0; i < 40; i++)
        {
            await tab.PressAsync("Tab");
            if (await tab.EvaluateAsync<string>("document.activeElement.id") == id)
            {
                return;
            }
        }

        Assert.Fail($"The Tab key does not reach '{id}'.");
    }

    private static Task<int> PatchesAsync(BrowserTab tab, string path) =>
        tab.EvaluateAsync<int>($"(document.querySelector('#overlay {path}').getAttribute('d').match(/M/g) ?? []).length");

    private void AssertCleanlyServed(BrowserTab tab)
    {
        string origin = server.Address.GetLeftPart(UriPartial.Authority);
        Assert.All(tab.Requests, request => Assert.True(request.StartsWith(origin + "/") || request.StartsWith("blob:" + origin), request));
        Assert.Empty(tab.Complaints);
    }

    private static IEnumerable<int> HeldOutKept() => ShapesVqa.Predict(HeldOut.Questions(1)[0].ToInput()).KeptIndices;

    /// <summary>Mean brightness in the middle of each patch.</summary>
    /// <param name="screenshot">A PNG file.</param>
    /// <param name="box">Left, top and width of the picture in it.</param>
    private static double[] Brightness(byte[] screenshot, double[] box)
    {
        using var stream = new MemoryStream(screenshot);
        using var image = MLImage.CreateFromStream(stream);
        byte[] pixels = image.Pixels.ToArray();
        double patch = box[2] / 24;
        double[] brightness = new double[576];
        for (int i = 0; i < brightness.Length; i++)
        {
            int left = (int)(box[0] + (((i % 24) + 0.35) * patch));
            int top = (int)(box[1] + (((i / 24) + 0.35) * patch));
            int side = (int)(patch * 0.3);
            for (int p = 0; p < side * side; p++)
            {
                int start = (((top + (p / side)) * image.Width) + left + (p % side)) * 4;
                brightness[i] += (pixels[start] + pixels[start + 1] + pixels[start + 2]) / (3.0 * side * side);
            }
        }

        return brightness;
    }

    /// <summary>Keeps a screenshot, for people to look at.</summary>
    private static void Screenshot(string name, byte[] png)
    {
        string folder = Path.Combine(Repository.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, $"{name}.png"), png);
    }
}
