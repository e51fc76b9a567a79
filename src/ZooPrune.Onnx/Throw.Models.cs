using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Models;
using static ZooPrune.ErrorText;

namespace ZooPrune.Onnx;

/// <summary>Messages about model folders and graphs.</summary>
internal static partial class Throw
{
    public static ZooPruneException ModelFolderMissing(string folder) => Failed(
        $"Model folder '{folder}': there is no such folder. Expected a folder with config.json, tokenizer.json and onnx/*.onnx; check "
        + $"the path.");

    public static ZooPruneException ModelFilesMissing(string folder, IReadOnlyList<string> files) => Failed(
        $"Model folder '{folder}': {(files.Count == 1 ? "the file" : "the files")} {Join(files)} {(files.Count == 1 ? "is" : "are")} "
        + $"missing. Expected config.json, preprocessor_config.json (or processor_config.json), tokenizer.json and onnx/ with "
        + $"vision_encoder, embed_tokens and decoder_model_merged.onnx; download, export or copy what is missing.");

    public static ZooPruneException ModelFolderIsFile(string path) => Failed(
        $"Model folder '{path}': it is a file. Expected a folder with config.json, tokenizer.json and onnx/*.onnx; name the folder that "
        + $"these are in.");

    public static ZooPruneException ModelIsHubName(string name) => Failed(
        $"Model folder '{name}': there is no such folder here, and models are not downloaded. Expected a folder with config.json, "
        + $"tokenizer.json "
        + $"and onnx/*.onnx; run 'hf download {name} --local-dir FOLDER' and name that folder.");

    public static ZooPruneException TokenizerSlow(string folder, string there) => Failed(
        $"Model folder '{folder}': tokenizer.json is missing, and {there} is there, which is not read. Expected the fast tokenizer's "
        + $"file; have "
        + $"transformers write it: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER).");

    public static ZooPruneException ModelLayout(string folder, OtherLayout layout) => Failed(
        $"Model folder '{folder}': it has the layout of {layout.Name}, which is not read here. Expected config.json, the image processor's "
        + $"configuration, tokenizer.json and onnx/ with vision_encoder, embed_tokens and decoder_model_merged.onnx; {layout.Remedy}.");

    public static ZooPruneException FileIsPointer(string path) => Failed(
        $"File '{path}': it is a pointer of Git LFS and not the file itself. Expected the whole file; run 'git lfs pull' in the folder, or "
        + $"download the file.");

    public static ZooPruneException ImageProcessorMissing(string path) => Failed(
        $"File '{path}': it has no 'image_processor', and there is no preprocessor_config.json beside it. One of both must say how "
        + $"pictures "
        + $"are prepared; copy that file from the original model's folder.");

    public static ZooPruneException PrecisionMissing(
        string folder, ModelPrecision precision, IEnumerable<(string Graph, IReadOnlyList<ModelPrecision> Precisions)> there) => Failed(
        $"Model folder '{folder}': VisionLanguageModelOptions.Precision is {precision}, and there is "
        + $"{Join(there.Select(graph => $"{graph.Graph} in {Precisions(graph.Precisions)}"))}. Each graph needs a file of that precision "
        + $"or a "
        + $"more accurate one, and one of them the precision itself; choose another or leave it at Auto.");

    public static ZooPruneException NativeLibraryMissing(Exception exception) => Failed(
        $"ONNX Runtime: its native library cannot be used ({FirstLine(exception).Split(". ")[0]}). Needs one package beside ZooPrune: "
        + $"Microsoft.ML.OnnxRuntime (CPU: Windows, Linux, macOS, Arm), Microsoft.ML.OnnxRuntime.Gpu (CUDA) or "
        + $"Microsoft.ML.OnnxRuntime.DirectML (Windows), not older than Microsoft.ML.OnnxRuntime.Managed "
        + $"{typeof(InferenceSession).Assembly.GetName().Version!.ToString(3)}; add it to the program's project with 'dotnet add package'.",
        exception);

    public static FormatException DeviceUnknown(string text) => new(
        Text($"Device '{Shorten(text)}': it is none. Expected cpu, cuda, cuda:1 or the name of an execution provider such as directml; "
            + $"correct it."));

    public static ZooPruneException ProviderMissing(string name, IEnumerable<string> there, string package) => Failed(
        $"Device '{name}': ONNX Runtime's native library does not have this execution provider; it has {Join(there)}. It comes with the "
        + $"package {package}: add that to the program's project in place of the other native package, or set Device.AllowFallback to "
        + $"run on the CPU.");

    public static ZooPruneException ProviderUnusable(string name, Exception exception) => Failed(
        $"Device '{name}': its execution provider cannot be used here ({FirstLine(exception)}). It needs its device and the libraries of "
        + $"its maker (CUDA and cuDNN for cuda); install them, or set Device.AllowFallback to run on the CPU.",
        exception);

    public static ZooPruneException GraphUnreadable(string path, Exception exception) => IsOutOfMemory(exception) ? Failed(
        $"Graph '{path}': loading it took more memory than there is ({FirstLine(exception)}). It needs room for its weights; load a "
        + $"smaller "
        + $"precision, or free memory.",
        exception) : Failed(
        $"Graph '{path}': ONNX Runtime cannot load it ({FirstLine(exception)}). Expected a complete ONNX file; export or copy it again.",
        exception);

    public static ZooPruneException SplitUnreadable(string path, Exception exception) => Failed(
        $"Graph '{path}': it cannot be cut before its projector ({FirstLine(exception)}). Expected a complete ONNX file with its data "
        + $"files beside it; export or download it again.",
        exception);

    public static ZooPruneException ProjectorNotFound(string path, string output, string found) => Failed(
        $"Graph '{path}': no projector was found before '{output}', the way back ends at {found}. Expected Linear, GELU, Linear, one "
        + $"Linear or other layers that treat each visual token on its own; export the projector as onnx/projector.onnx and the encoder "
        + $"without it.");

    public static ZooPruneException SplitAlready(string folder, string projector) => Failed(
        $"Model folder '{folder}': it has {projector}, so its vision encoder is split already. Splitting needs a vision encoder that "
        + $"ends after the projector; use the folder as it is.");

    public static ZooPruneException WriteTargetTaken(string folder, string kind) => Failed(
        $"Folder '{folder}': it is there already and not empty. The {kind} model needs a new or an empty folder; name another or delete "
        + $"what is there.");

    public static ZooPruneException ModelNotWritten(string folder, string kind, Exception exception) => Failed(
        $"Folder '{folder}': the {kind} model could not be written ({FirstLine(exception)}). It needs room for the whole model and the "
        + $"right to write there; nothing was left behind, try again or name another folder.",
        exception);

    public static ZooPruneException GraphNames(string graph, string kind, IEnumerable<string> names, string needed) => Failed(
        $"Graph '{graph}': its {kind}s are {Quoted(names)}. It needs {needed}; export it with the names that the documentation lists.");

    public static ZooPruneException GraphInputUnknown(
        string graph, IReadOnlyList<string> strangers, IEnumerable<string> given, bool hasStates) => Failed(
        $"Graph '{graph}': it asks for {Quoted(strangers)}, for which a model of this kind has nothing. It may ask for {Join(given)}"
        + $"{(hasStates ? " and past... with a present... each" : "")} only; take an export without "
        + $"{(strangers.Count == 1 ? "it" : "them")}, "
        + $"or a model of a kind that docs/models.md lists.");

    public static ZooPruneException GraphShape(string graph, string name, IEnumerable<int> shape, string needed) => Failed(
        $"Graph '{graph}': '{name}' has the shape [{Dimensions(shape)}]. It needs {needed}; export the graph again.");

    public static ZooPruneException GraphRank(string graph, string name, IEnumerable<string> shape, int needed) => Failed(
        $"Graph '{graph}': '{name}' has the shape [{Join(shape)}]. It needs {needed} dimensions; export the graph again.");

    public static ZooPruneException GraphType(string graph, string name, string type, string needed) => Failed(
        $"Graph '{graph}': '{name}' is {type}. It must be {needed}; export the graph with that type.");

    public static ZooPruneException GraphMismatch(string graph, string got, string other, string needed) => Failed(
        $"Graph '{graph}': {got}. It must fit {other}, {needed}; take all files from one export.");

    public static ZooPruneException FamilyMismatch(string folder, string family, Exception exception) => Failed(
        $"Model folder '{folder}': its image processor does not make what a {family} model needs ({FirstLine(exception)}). config.json "
        + $"and the image processor's configuration must be of one model; copy both from it.",
        exception);

    public static ZooPruneException DecoderInputs(string graph, IEnumerable<string> names) => Failed(
        $"Graph '{graph}': its inputs are {Quoted(names)}. It needs inputs_embeds, attention_mask, position_ids and "
        + $"past_key_values.N.key and .value for every layer N; export it with its cache (decoder_model_merged).");

    public static ZooPruneException AttentionNotFound(string path, string why) => Failed(
        $"File '{path}': the selection uses the attention inside the vision encoder, and it was not found: {why}. Expected layers of MatMul, "
        + $"Softmax and MatMul, or fused ones of ONNX Runtime; take an export that has them, or a selection that needs tokens alone "
        + $"(zooprune, divprune, tome, dart).");

    public static ZooPruneException AttentionRows(string path, int rows, int tokens) => Failed(
        $"File '{path}': its attention is among {rows:N0} rows, and there are {tokens:N0} visual tokens. Expected as many, or one more for a "
        + $"class token, or the patches of whole tokens; take an export of another kind, or a selection that needs tokens alone (zooprune, "
        + $"divprune, tome, dart).");

    public static ZooPruneException DownsamplingImpossible(string path, string why) => Failed(
        $"File '{path}': the vision encoder cannot take a picture in fewer pixels: {why}. Expected one of a fixed size with a learned "
        + $"position table for a square grid of patches; prune the visual tokens, or take the usual export of a CLIP or SigLIP encoder.");

    public static ZooPruneException DownsamplingPatches(string folder) => Failed(
        $"Model folder '{folder}': its vision encoder takes patches of pictures of any size. Downsampling is for encoders of one size; "
        + $"load the model with VisionLanguageModelOptions.MaxPixels (--max-pixels), which makes its pictures smaller.");

    public static ZooPruneException DownsamplingTiles(string folder) => Failed(
        $"Model folder '{folder}': its pictures are cut into tiles, each of which gives visual tokens. Downsampling is for models that "
        + $"read a picture as one tile; prune the visual tokens.");

    public static ZooPruneException GraphFailed(string graph, string given, Exception exception) => IsOutOfMemory(exception) ? Failed(
        $"Graph '{graph}': running it on {given} took more memory than there is ({FirstLine(exception)}). It needs as much as that at "
        + $"once; "
        + $"take smaller pictures (--max-pixels in models of any size), keep fewer visual tokens, ask about fewer pictures at a time, or "
        + $"load a smaller precision.",
        exception) : Failed(
        $"Graph '{graph}': running it on {given} failed ({FirstLine(exception)}). The files of a model must belong together; export them "
        + $"again, or report this.",
        exception);

    public static ZooPruneException ProjectorWeights(string path, Exception exception) => Failed(
        $"Graph '{path}': its weights cannot be used ({FirstLine(exception)}). All of them must be finite; export the projector again.",
        exception);

    // The pruner as a graph.

    public static ZooPruneException EncoderBaked(string path) => Failed(
        $"Graph '{path}': it gives '{PrunerGraph.PrunerGraphWriter.KeptIndices}', so pruning was baked into it for other programs. "
        + $"Expected "
        + $"a vision encoder that gives all visual tokens, since here the budget is chosen for each image; load the model that it was made "
        + $"of.");

    public static ZooPruneException BakeTiles(string folder) => Failed(
        $"Model folder '{folder}': its pictures are cut into tiles, and how many there are, and which tokens are padding, depends on the "
        + $"picture. Baking needs a model of one tile, or one whose visual tokens are all read; prune with VisionLanguageModel.");

    public static ZooPruneException BakeOperatorSet(string graph, int got, string needed) => Failed(
        $"Graph '{graph}': its operator set is {got}. Baking needs {needed}; export the model again.");

    public static NotSupportedException ProjectorHasNoGraph(Type projector) => new(
        Text($"Pruner graph: the projector is a {projector.Name}. Expected one of a model folder or a {nameof(MlpProjector)}, whose "
            + $"weights "
            + $"can be written; prune with VisualTokenPruner."));

    public static NotSupportedException GraphSensitivity(SensitivityMethod method) => new(
        Text($"Pruner graph: PruningOptions.Sensitivity is {method}, which the projector has not. Expected Auto or Sampled; choose one."));

    public static NotSupportedException GraphSelection(PruningOptions options) => new(
        Text($"Pruner graph: the selection is {options.CustomSelection?.GetType().Name ?? $"{options.Selection}"}. Expected ZooPrune or "
            + $"DivPrune; choose one of them, or prune with VisualTokenPruner."));

    public static InvalidOperationException NoLowRank(string projector) => new(
        Text($"Projector '{projector}': the low-rank sensitivity was asked for, and no rank was chosen. Expected a projector that was loaded "
            + $"with an encoder, whose tokens choose it; use ClosedForm."));

    public static ZooPruneException PrunerNotFinite() => Failed(
        $"Pruner graph: a projected visual token is NaN, infinite or longer than 1e19. Expected finite visual tokens; check the picture "
        + $"and "
        + $"the vision encoder's precision.");

    public static ZooPruneException GraphNotTakenOver(string path, Exception exception) => Failed(
        $"Graph '{path}': it cannot be taken over into the pruner's graph ({FirstLine(exception)}). Expected a projector without subgraphs "
        + $"whose constants are beside it; export it again, or prune with VisualTokenPruner.",
        exception);

    public static ArgumentException ProjectorTokens(int got, int width) => new(
        Text($"Visual tokens: there are {got:N0} values, not a multiple of the encoder width {width:N0}. Expected N x {width:N0}; check "
            + $"that the encoder output is taken before pooling."),
        "tokens");

    public static ArgumentException ProjectorResult(int got, int count, int width) => new(
        Text($"Projected visual tokens: there is room for {got:N0} values. Expected {count:N0} x {width:N0} = {(long)count * width:N0}; "
            + $"make the array that long."),
        "projected");

    public static ArgumentException SensitivityLength(int got, int count) => new(
        Text($"Sensitivity: there is room for {got:N0} values. Expected one for each of {count:N0} tokens; make the array that long."),
        "sensitivity");

    // A model's checkpoint: model.safetensors and its index.

    public static ZooPruneException WeightsUnreadable(string path, Exception exception) => Failed(
        $"Weights '{path}': the file cannot be read ({FirstLine(exception)}). Expected a safetensors file that may be opened; check its "
        + $"permissions or copy it again.",
        exception);

    public static ZooPruneException WeightsHeaderUnreadable(string path, Exception exception) => Failed(
        $"Weights '{path}': its header cannot be read as JSON ({FirstLine(exception)}). Expected a complete safetensors file; copy or "
        + $"download it again.",
        exception);

    public static ZooPruneException WeightsHeaderTooLong(string path, ulong length, int limit) => Failed(
        $"Weights '{path}': its header claims {length:N0} bytes. At most {limit:N0} are read; check that it is a safetensors file, copy "
        + $"or download it again.");

    public static ZooPruneException WeightsBroken(string path, string found) => Failed(
        $"Weights '{path}': {found}. Expected a complete safetensors file, whose tensors follow each other from the first byte to the "
        + $"last; copy or download it again.");

    public static ZooPruneException TensorBroken(string path, string name, string found) =>
        WeightsBroken(path, $"the tensor '{Shorten(name)}' {found}");

    public static ZooPruneException WeightType(string path, string name, string type) => Failed(
        $"Weights '{path}': the tensor '{name}' is of type {Shorten(type)}. Expected F32, F16, BF16 or F64; take the checkpoint that is "
        + $"not quantized.");

    public static ZooPruneException WeightTooLarge(string path, string name, long count, int limit) => Failed(
        $"Weights '{path}': the tensor '{name}' has {count:N0} values. At most {limit:N0} are read; check that the checkpoint is the "
        + $"model's own.");

    public static ZooPruneException WeightNotFinite(string path, string name, int index, float value) => Failed(
        $"Weights '{path}': value {index:N0} of the tensor '{name}' is {value}. All of them must be finite in 32 bits; take the model's "
        + $"own checkpoint.");

    public static ZooPruneException WeightsOutside(string path, string target) => Failed(
        $"Weights '{path}': it is a link to '{target}'. It must be a file in the model's folder, or in the hub's cache beside it; copy "
        + $"the file there.");

    public static ZooPruneException ShardName(string index, string tensor, string shard) => Failed(
        $"File '{index}': it has the tensor '{tensor}' in '{Shorten(shard)}'. Expected the name of a .safetensors file in the same "
        + $"folder, without a path; correct it or take the model's own index.");

    public static ZooPruneException ShardMissing(string index, string tensor, string shard) => Failed(
        $"File '{index}': it has the tensor '{tensor}' in '{Shorten(shard)}', which is missing. The file must be in the same folder; "
        + $"copy or download it too.");

    public static ZooPruneException ShardLacksTensor(string path, string tensor, string index) => Failed(
        $"Weights '{path}': the tensor '{tensor}' is missing, which {index} has there. Both must be of one checkpoint; copy or download "
        + $"them again.");

    /// <summary>How ONNX Runtime's allocators, those of devices and the C++ library say that there is no more memory.</summary>
    private static bool IsOutOfMemory(Exception exception) => Array.Exists(
        (string[])["failed to "
            + "allocate", "bad_alloc", "bad allocation", "out of memory", "smaller than requested bytes", "failed to malloc"],
        text => exception.Message.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static string Precisions(IReadOnlyList<ModelPrecision> precisions) =>
        precisions.Count == 0 ? "no precision" : string.Join(" and ", precisions);

    private static string Dimensions(IEnumerable<int> shape) => Join(shape.Select(size => size < 0 ? "?" : $"{size}"));
}
