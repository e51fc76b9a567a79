using System.Text.Json;
using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Models;

/// <summary>What config.json and generation_config.json say, after checking. Immutable.</summary>
/// <param name="ModelType">"model_type", the kind of model.</param>
/// <param name="Family">What the kind of model brings along.</param>
/// <param name="ImageTokenId">Id of the placeholder that stands for the image in a prompt.</param>
/// <param name="LayerCount">Layers of the language model; null where the file does not say.</param>
/// <param name="Decoder">Sizes of the language model, each null where the file does not say.</param>
/// <param name="MaxPositions">Longest sequence; null where the file does not say.</param>
/// <param name="EndTokenIds">Ids that end an answer; none where the files do not say, as the class's defaults then hold.</param>
/// <param name="Positions">Positions that this model was made for; never Auto.</param>
/// <param name="Prompt">Template with one image placeholder and one {question}: the file's own, else the family's.</param>
/// <param name="HasOwnPrompt">Whether the file gives one, which then goes before a chat template.</param>
/// <param name="Generation">How generation_config.json wants answers generated; ours where it does not say.</param>
internal sealed record ModelConfiguration(
    string ModelType,
    IModelFamily Family,
    int ImageTokenId,
    int? LayerCount,
    DecoderSizes Decoder,
    int? MaxPositions,
    IReadOnlyList<int> EndTokenIds,
    PositionMode Positions,
    string Prompt,
    bool HasOwnPrompt,
    GenerationOptions Generation)
{
    /// <exception cref="ZooPruneException">A file is no JSON, or a value is missing, wrong or not supported.</exception>
    public static ModelConfiguration Load(ModelFolder files)
    {
        using JsonFile configuration = JsonFile.Open(files.Configuration);
        using JsonFile? generation = files.Generation is { } path ? JsonFile.Open(path) : null;
        JsonSection root = configuration.Root;
        JsonSection text = root.Has("text_config") ? root["text_config"] : root;
        JsonSection own = root["zooprune"];
        IModelFamily family = ModelFamilies.Read(root);
        return new ModelConfiguration(
            root.RequiredText("model_type"),
            family,
            ReadImageToken(root),
            text.Int32("num_hidden_layers", 1, int.MaxValue),
            DecoderSizes.Read(text),
            text.Int32("max_position_embeddings", 1, int.MaxValue),
            ReadEndTokens(generation?.Root ?? text, text, root),
            ReadPositions(own) ?? family.Positions,
            own.Text("prompt") ?? family.Prompt,
            own.Has("prompt"),
            generation is null ? new GenerationOptions() : ReadGeneration(generation.Root));
    }

    /// <summary>transformers: drawing only where do_sample says so, then with temperature 1 and the 50 largest logits.</summary>
    private static GenerationOptions ReadGeneration(JsonSection root)
    {
        var ours = new GenerationOptions();
        GenerationOptions read = ours with
        {
            MaxNewTokens = root.Int32("max_new_tokens", 1, int.MaxValue) ?? ours.MaxNewTokens,
            RepetitionPenalty = root.Single("repetition_penalty") ?? ours.RepetitionPenalty,
        };
        if (root.Boolean("do_sample") == true)
        {
            read = read with
            {
                Temperature = root.Single("temperature") ?? 1,
                TopK = root.Int32("top_k", 0, int.MaxValue) ?? 50,
                TopP = root.Single("top_p") ?? 1,
            };
        }

        return read;
    }

    /// <summary>One thing under two names, the older of which goes first.</summary>
    private static int ReadImageToken(JsonSection root)
    {
        int? index = root.Int32("image_token_index", 0, int.MaxValue);
        int? id = root.Int32("image_token_id", 0, int.MaxValue);
        return index is not null && id is not null && index != id
            ? throw root.Wrong("image_token_id", $"{id}", $"the same as image_token_index, which is {index}")
            : index ?? id ?? root.RequiredInt32("image_token_id", 0, int.MaxValue);
    }

    private static int[] ReadEndTokens(params ReadOnlySpan<JsonSection> places)
    {
        foreach (JsonSection place in places)
        {
            if (place.Has("eos_token_id"))
            {
                JsonSection ids = place["eos_token_id"];
                return ids.Kind == JsonValueKind.Array
                    ? [.. place.List("eos_token_id").Select(id => id.AsInt32(0, int.MaxValue))]
                    : [ids.AsInt32(0, int.MaxValue)];
            }
        }

        return [];
    }

    private static PositionMode? ReadPositions(JsonSection own) => own.Text("positions") switch
    {
        null => null,
        "compact" => PositionMode.Compact,
        "original" => PositionMode.KeepOriginal,
        var other => throw own.Wrong("positions", other, "compact or original"),
    };
}
