using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Tests;
using static ZooPrune.Extensions.AI.Tests.SharedModel;

namespace ZooPrune.Extensions.AI.Tests;

public sealed class ZooPruneServiceCollectionTests
{
    [Fact]
    public async Task AddZooPruneChatClient_Folder_GivesOneClientAndItsModel()
    {
        using IHost host = Host(services => services.AddZooPruneChatClient(
            TestPaths.Model, options => options.Pruning = new() { Keep = KeepBudget.Tokens(64) }));
        await host.StartAsync();

        IChatClient client = host.Services.GetRequiredService<IChatClient>();
        Assert.Same(host.Services.GetRequiredService<VisionLanguageChatClient>(), client);
        Assert.Same(host.Services.GetRequiredService<VisionLanguageModel>(), client.GetService<VisionLanguageModel>());
        ChatResponse response = await client.GetResponseAsync([Ask(Question, Picture)]);
        Assert.Equal(64, response.Usage!.AdditionalCounts![ZooPruneKeys.KeptTokens]);
        await host.StopAsync();
    }

    [Fact]
    public async Task AddZooPruneChatClient_Disposed_DisposesTheModel()
    {
        VisionLanguageModel model;
        using (IHost host = Host(services => services.AddZooPruneChatClient(TestPaths.Model)))
        {
            await host.StartAsync();
            model = host.Services.GetRequiredService<VisionLanguageModel>();
        }

        Assert.Throws<ObjectDisposedException>(() => model.Prepare(Picture));
    }

    [Fact]
    public async Task AddZooPruneChatClient_Configuration_BindsEverything()
    {
        IConfiguration section = Section(
            ("Folder", TestPaths.Model), ("Model:Positions", "Compact"), ("Model:Threads", "1"), ("Pruning:Keep", "11%"),
            ("Pruning:Selection", "DivPrune"), ("Pruning:Sharpness", "0.5"), ("Generation:MaxNewTokens", "7"),
            ("Generation:StopSequences:0", "."), ("ModelId", "shapes"), ("ImageCacheBytes", "1000"), ("AllowFiles", "false"));
        using IHost host = Host(services => services.AddZooPruneChatClient(section, options => options.MaxImages = 3));
        await host.StartAsync();

        var options = host.Services.GetRequiredService<IOptions<VisionLanguageChatOptions>>().Value;
        Assert.Equal(
            new PruningOptions { Keep = KeepBudget.Ratio(0.11), Selection = SelectionMethod.DivPrune, Sharpness = 0.5f }, options.Pruning);
        Assert.Equal(new GenerationOptions { MaxNewTokens = 7, StopSequences = ["."] }, options.Generation);
        Assert.Equal(("shapes", 1000L, 3, false), (options.ModelId, options.ImageCacheBytes, options.MaxImages, options.AllowFiles));
        VisionLanguageModel model = host.Services.GetRequiredService<VisionLanguageModel>();
        Assert.Equal(new VisionLanguageModelOptions { Positions = PositionMode.Compact, Threads = 1 }, model.Options);
    }

    [Theory]
    [InlineData("Pruning:Keep", "many", "Pruning:Keep")]
    [InlineData("Pruning:Keep", "", "Pruning:Keep")]
    [InlineData("Pruning:Keep", "101%", "Pruning:Keep")]
    [InlineData("Pruning:Selection", "Best", "Pruning:Selection")]
    [InlineData("Pruning:Directions", "9", "its Keep is not set")]
    [InlineData("Prunning:Keep", "11%", "Prunning")]
    [InlineData("Pruning:Kepp", "11%", "Kepp")]
    [InlineData("Generation:MaxNewTokens", "0", "MaxNewTokens")]
    [InlineData("Model:Threads", "-1", "Threads")]
    [InlineData("Model:Device", "no such provider", "no such provider")]
    [InlineData("Model:Positions", "Wide", "Model:Positions")]
    [InlineData("MaxImageBytes", "0", "MaxImageBytes")]
    [InlineData("Folder", "/nowhere", "/nowhere")]
    [InlineData("Folder", " ", "no model folder is set")]
    public async Task AddZooPruneChatClient_WrongText_FailsTheStart(string key, string value, string named)
    {
        IConfiguration section = Section(("Folder", TestPaths.Model), (key, value));
        using IHost host = Host(services => services.AddZooPruneChatClient(section));

        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
        Assert.True(error is OptionsValidationException or ArgumentException or InvalidOperationException, error.ToString());
    }

    [Fact]
    public async Task AddZooPruneChatClient_WhatOnlyTheModelKnows_FailsTheStart()
    {
        IConfiguration section = Section(("Folder", TestPaths.Model), ("Pruning:Keep", "11%"), ("Pruning:Centering", "7"));
        using IHost host = Host(services => services.AddZooPruneChatClient(section));

        ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync());

        Assert.Contains("PruningOptions.Centering", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddZooPruneChatClient_NotOnStart_LoadsWhenAsked()
    {
        IConfiguration section = Section(("Folder", TestPaths.Model), ("LoadOnStart", "false"));
        using IHost host = Host(services => services.AddZooPruneChatClient(section).AddHealthChecks().AddZooPruneModelCheck());
        await host.StartAsync();

        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal("llava is loaded.", report.Entries["zooprune"].Description);
    }

    [Fact]
    public async Task AddZooPruneModelCheck_BrokenFolder_IsUnhealthyAndSaysWhy()
    {
        string folder = Directory.CreateTempSubdirectory("zooprune-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), "{}");
            using IHost host = Host(services => services
                .AddZooPruneModel(folder, settings => settings.LoadOnStart = false)
                .AddHealthChecks().AddZooPruneModelCheck(name: "eyes", tags: ["ready"]));
            await host.StartAsync();

            HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

            Assert.Equal(HealthStatus.Unhealthy, report.Entries["eyes"].Status);
            Assert.Contains(folder, report.Entries["eyes"].Description, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task AddKeyedZooPruneChatClient_TwoModels_AreTwo()
    {
        using IHost host = Host(services => services
            .AddKeyedZooPruneChatClient("few", TestPaths.Model, options => options.Pruning = new() { Keep = KeepBudget.Tokens(16) })
            .AddKeyedZooPruneChatClient("all", Section(("Folder", TestPaths.Data("Families", "qwen2-vl")))));
        await host.StartAsync();

        VisionLanguageModel few = host.Services.GetRequiredKeyedService<VisionLanguageModel>("few");
        Assert.Equal("llava", few.ModelType);
        Assert.Equal("qwen2_vl", host.Services.GetRequiredKeyedService<VisionLanguageModel>("all").ModelType);
        Assert.Same(few, host.Services.GetRequiredKeyedService<IChatClient>("few").GetService<VisionLanguageModel>());
        Assert.Null(host.Services.GetService<IChatClient>());
        ChatResponse response = await host.Services.GetRequiredKeyedService<IChatClient>("few").GetResponseAsync([Ask(Question, Picture)]);
        Assert.Equal(16, response.Usage!.AdditionalCounts![ZooPruneKeys.KeptTokens]);
    }

    [Fact]
    public void AddChatClient_PipelineOverTheClient_IsTheChatClient()
    {
        var services = new ServiceCollection();
        services.AddZooPruneChatClient(TestPaths.Model);
        services.AddChatClient(provider => provider.GetRequiredService<VisionLanguageChatClient>()).UseFunctionInvocation();
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.NotNull(provider.GetRequiredService<IChatClient>().GetService<FunctionInvokingChatClient>());
    }

    private static IHost Host(Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        add(builder.Services);
        return builder.Build();
    }

    private static IConfigurationSection Section(params (string Key, string? Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(
            values.GroupBy(value => value.Key).Select(same => KeyValuePair.Create("ZooPrune:" + same.Key, same.Last().Value)))
        .Build()
        .GetSection("ZooPrune");
}
