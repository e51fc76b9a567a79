using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>Models and chat clients as services.</summary>
/// <remarks>
/// A model and its client are singletons, and the container disposes them. Options are named: the name is the key, or
/// <see cref="Options.DefaultName"/> without one. They are checked when the host starts, and the model is loaded then unless
/// <see cref="ZooPruneModelSettings.LoadOnStart"/> is false. To add a pipeline, build it over the client:
/// <c>services.AddChatClient(s => s.GetRequiredService&lt;VisionLanguageChatClient&gt;()).UseLogging()</c>, which then is the
/// <see cref="IChatClient"/>.
/// </remarks>
public static class ZooPruneServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="VisionLanguageModel"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="configure">How it runs; null for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="modelFolder"/> is null, empty or white space.</exception>
    public static IServiceCollection AddZooPruneModel(
        this IServiceCollection services, string modelFolder, Action<ZooPruneModelSettings>? configure = null) =>
        services.AddKeyedZooPruneModel(serviceKey: null, modelFolder, configure);

    /// <summary>Adds a <see cref="VisionLanguageModel"/> under a key, beside others.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="serviceKey">The key; null for none.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="configure">How it runs; null for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <inheritdoc cref="AddZooPruneModel" path="/exception"/>
    public static IServiceCollection AddKeyedZooPruneModel(
        this IServiceCollection services, object? serviceKey, string modelFolder, Action<ZooPruneModelSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFolder);
        return services.AddModel(serviceKey, settings =>
        {
            settings.Folder = modelFolder;
            configure?.Invoke(settings);
        });
    }

    /// <summary>Adds a <see cref="VisionLanguageChatClient"/>, also as <see cref="IChatClient"/>, and its model.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="configure">What the client does where requests say nothing; null for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <inheritdoc cref="AddZooPruneModel" path="/exception"/>
    public static IServiceCollection AddZooPruneChatClient(
        this IServiceCollection services, string modelFolder, Action<VisionLanguageChatOptions>? configure = null) =>
        services.AddKeyedZooPruneChatClient(serviceKey: null, modelFolder, configure);

    /// <summary>Adds a <see cref="VisionLanguageChatClient"/> under a key, also as <see cref="IChatClient"/>, and its model.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="serviceKey">The key; null for none.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="configure">What the client does where requests say nothing; null for the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <inheritdoc cref="AddZooPruneModel" path="/exception"/>
    public static IServiceCollection AddKeyedZooPruneChatClient(
        this IServiceCollection services, object? serviceKey, string modelFolder, Action<VisionLanguageChatOptions>? configure = null) =>
        services.AddKeyedZooPruneModel(serviceKey, modelFolder).AddClient(serviceKey, configure ?? (_ => { }));

    /// <summary>Adds a <see cref="VisionLanguageChatClient"/>, also as <see cref="IChatClient"/>, and its model, as a section of the
    /// configuration says.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="section">Holds the properties of <see cref="ZooPruneModelSettings"/> (Folder, Model, LoadOnStart) and those of
    /// <see cref="VisionLanguageChatOptions"/> (Pruning, Generation, ...). A name or a value that is none of them fails the
    /// start.</param>
    /// <param name="configure">What code has to add, such as <see cref="VisionLanguageChatOptions.FetchImage"/>; null for
    /// nothing.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="section"/> is null.</exception>
    public static IServiceCollection AddZooPruneChatClient(
        this IServiceCollection services, IConfiguration section, Action<VisionLanguageChatOptions>? configure = null) =>
        services.AddKeyedZooPruneChatClient(serviceKey: null, section, configure);

    /// <summary>Adds a <see cref="VisionLanguageChatClient"/> under a key, also as <see cref="IChatClient"/>, and its model, as a section
    /// of the configuration says.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="serviceKey">The key; null for none.</param>
    /// <param name="section">As in
    /// <see cref="AddZooPruneChatClient(IServiceCollection, IConfiguration, Action{VisionLanguageChatOptions}?)"/>.</param>
    /// <param name="configure">What code has to add; null for nothing.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="section"/> is null.</exception>
    public static IServiceCollection AddKeyedZooPruneChatClient(
        this IServiceCollection services,
        object? serviceKey,
        IConfiguration section,
        Action<VisionLanguageChatOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddModel(serviceKey, settings =>
        {
            ConfiguredClient.Check(section);
            section.Bind(settings);
        });
        return services.AddClient(serviceKey, options =>
        {
            section.Bind(options);
            configure?.Invoke(options);
        });
    }

    /// <summary>Adds a check that the model is loaded; it loads the model where nobody did.</summary>
    /// <param name="builder">From AddHealthChecks.</param>
    /// <param name="serviceKey">The model's key; null for the one without.</param>
    /// <param name="name">What the check is called.</param>
    /// <param name="tags">What it is found by; null for nothing.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static IHealthChecksBuilder AddZooPruneModelCheck(
        this IHealthChecksBuilder builder, object? serviceKey = null, string name = "zooprune", IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, services => new ModelHealthCheck(services, serviceKey), HealthStatus.Unhealthy, tags));
    }

    private static IServiceCollection AddModel(this IServiceCollection services, object? key, Action<ZooPruneModelSettings> configure)
    {
        string name = NameOf(key);
        string where = $"AddZooPruneModel{(key is null ? "" : $" '{key}'")}";
        services.AddOptions<ZooPruneModelSettings>(name).Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ZooPruneModelSettings>>(
            new OptionsCheck<ZooPruneModelSettings>(name, settings => settings.Validate(where)));
        services.TryAddKeyedSingleton(key, (provider, _) =>
        {
            ZooPruneModelSettings settings = provider.GetRequiredService<IOptionsMonitor<ZooPruneModelSettings>>().Get(name);
            return VisionLanguageModel.Load(settings.Folder!, settings.Model);
        });
        return services.AddSingleton<IHostedService>(provider => new StartupLoader(
            provider, name, services => services.GetRequiredKeyedService<VisionLanguageModel>(key)));
    }

    private static IServiceCollection AddClient(this IServiceCollection services, object? key, Action<VisionLanguageChatOptions> configure)
    {
        string name = NameOf(key);
        services.AddOptions<VisionLanguageChatOptions>(name).Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<VisionLanguageChatOptions>>(
            new OptionsCheck<VisionLanguageChatOptions>(name, options => options.Validate()));
        services.TryAddKeyedSingleton(key, (provider, _) => new VisionLanguageChatClient(
            provider.GetRequiredKeyedService<VisionLanguageModel>(key),
            provider.GetRequiredService<IOptionsMonitor<VisionLanguageChatOptions>>().Get(name)));
        services.TryAddKeyedSingleton<IChatClient>(key, (provider, _) => provider.GetRequiredKeyedService<VisionLanguageChatClient>(key));
        return services.AddSingleton<IHostedService>(provider => new StartupLoader(
            provider, name, services => services.GetRequiredKeyedService<VisionLanguageChatClient>(key)));
    }

    private static string NameOf(object? key) => key?.ToString() ?? Options.DefaultName;
}
