using System.Text;
using System.Text.Json;

namespace ZooPrune.Text;

/// <summary>Finds a model's chat template and special tokens where the hub's folders have them.</summary>
public static class ChatTemplateFiles
{
    private const string Key = "chat_template";

    private static readonly string[] Names =
        ["chat_template.jinja", "chat_template.json", "processor_config.json", "tokenizer_config.json", "special_tokens_map.json"];

    /// <summary>The files of a folder that say how a prompt is written.</summary>
    /// <param name="folder">The model.</param>
    /// <returns>Their paths; those that are there.</returns>
    public static IEnumerable<string> In(string folder) =>
        Names.Select(name => Path.Combine(folder, name)).Where(File.Exists);

    /// <summary>
    /// Loads the template of chat_template.jinja, else of chat_template.json, processor_config.json or tokenizer_config.json, in this
    /// order.
    /// </summary>
    /// <param name="folder">The model.</param>
    /// <returns>The template; null where the folder has none.</returns>
    /// <exception cref="ZooPruneException">A file is broken, or the template cannot be used.</exception>
    public static ChatTemplate? Load(string folder)
    {
        string jinja = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(jinja))
        {
            return ChatTemplate.Parse(jinja, ReadText(jinja).TrimStart('\uFEFF'));
        }

        foreach (string name in (string[])["chat_template.json", "processor_config.json", "tokenizer_config.json"])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path) && Find(path) is string template)
            {
                return ChatTemplate.Parse(path, template);
            }
        }

        return null;
    }

    /// <summary>
    /// Reads bos_token, eos_token and whatever else of tokenizer_config.json is called so, for templates; special_tokens_map.json has
    /// what is not there.
    /// </summary>
    /// <param name="folder">The model.</param>
    /// <returns>The tokens by their names.</returns>
    /// <exception cref="ZooPruneException">A file is broken.</exception>
    public static IReadOnlyDictionary<string, string> SpecialTokens(string folder)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                using JsonFile file = JsonFile.Open(path);
                foreach ((string key, JsonSection value) in file.Root.Properties())
                {
                    if (key.EndsWith("_token", StringComparison.Ordinal) && TextOf(value) is string token)
                    {
                        tokens.TryAdd(key, token);
                    }
                }
            }
        }

        return tokens;
    }

    /// <summary>A token is a text, or an object with its text and how it is matched; "add_bos_token" is neither.</summary>
    private static string? TextOf(JsonSection value) => value.Kind switch
    {
        JsonValueKind.String => value.Element.GetString(),
        JsonValueKind.Object => value.Text("content"),
        _ => null,
    };

    private static string ReadText(string path)
    {
        try
        {
            // A character takes up to four bytes; what is longer is too long in any case, and is not read.
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
                .GetString(RegularFile.ReadAll(path, 4L * ChatTemplate.MaxLength));
        }
        catch (FileTooLongException exception)
        {
            throw Throw.ChatTemplateTooLong(path, exception.Length, ChatTemplate.MaxLength);
        }
        catch (Exception exception) when (exception is IOException or DecoderFallbackException)
        {
            throw Throw.ChatTemplateUnreadable(path, exception);
        }
    }

    /// <summary>"chat_template" is the template, or a list of named ones, of which "default" is meant.</summary>
    private static string? Find(string path)
    {
        using JsonFile file = JsonFile.Open(path);
        JsonSection found = file.Root[Key];
        if (found.Kind != JsonValueKind.Array)
        {
            return file.Root.Text(Key);
        }

        var names = new List<string>();
        foreach (JsonSection named in file.Root.List(Key))
        {
            names.Add(named.RequiredText("name"));
            if (names[^1] == "default")
            {
                return named.RequiredText("template");
            }
        }

        throw Throw.ChatTemplateNotDefault(path, names);
    }
}
