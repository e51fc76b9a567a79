using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>Where a model of the service collection comes from and how it runs.</summary>
/// <remarks>Settable and without constructor, so that configuration binds it.</remarks>
public sealed class ZooPruneModelSettings
{
    /// <summary>The model's folder.</summary>
    public string? Folder { get; set; }

    /// <summary>How the model runs. Default: as <see cref="VisionLanguageModelOptions"/> has it.</summary>
    public VisionLanguageModelOptions Model { get; set; } = new();

    /// <summary>Whether the model is loaded when the host starts, which fails where it cannot be. Default: true. Otherwise the first who
    /// asks for it waits.</summary>
    public bool LoadOnStart { get; set; } = true;

    /// <exception cref="ArgumentException">There is no such folder.</exception>
    internal void Validate(string where)
    {
        if (string.IsNullOrWhiteSpace(Folder))
        {
            throw Throw.NoModelFolder(where);
        }

        if (!File.Exists(Path.Combine(Folder, "config.json")))
        {
            throw Throw.ModelFolderMissing(Folder);
        }
    }
}

/// <summary>All that a section of the configuration may say, to find what it should not.</summary>
internal sealed class ConfiguredClient : VisionLanguageChatOptions
{
    public string? Folder { get; set; }

    public VisionLanguageModelOptions? Model { get; set; }

    public bool LoadOnStart { get; set; }

    /// <exception cref="ArgumentException">A name is unknown, or a value is none of its type.</exception>
    public static void Check(IConfiguration section)
    {
        try
        {
            section.Get<ConfiguredClient>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw Throw.Configuration((section as IConfigurationSection)?.Path ?? "", exception);
        }
    }
}

/// <summary>Loads what was registered when the host starts, off the starting thread.</summary>
internal sealed class StartupLoader(IServiceProvider services, string name, Action<IServiceProvider> resolve) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        services.GetRequiredService<IOptionsMonitor<ZooPruneModelSettings>>().Get(name).LoadOnStart
            ? Task.Run(() => resolve(services), cancellationToken)
            : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Whether the model is loaded; loads it where it is not.</summary>
internal sealed class ModelHealthCheck(IServiceProvider services, object? key) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            VisionLanguageModel model = await Task.Run(() => services.GetRequiredKeyedService<VisionLanguageModel>(key), cancellationToken)
                .ConfigureAwait(false);
            _ = model.LayoutOf(model.UsualShape); // Fails where it was disposed.
            return HealthCheckResult.Healthy(
                $"{model.ModelType} is loaded.", new Dictionary<string, object> { ["folder"] = model.Files.Root });
        }
        catch (Exception exception) when (exception is ZooPruneException or ArgumentException or InvalidOperationException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}

/// <summary>Has options checked by the options themselves, whose messages say more than yes or no.</summary>
internal sealed class OptionsCheck<T>(string name, Action<T> check) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name1, T options)
    {
        if (name1 is not null && name1 != name)
        {
            return ValidateOptionsResult.Skip;
        }

        try
        {
            check(options);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException exception)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
