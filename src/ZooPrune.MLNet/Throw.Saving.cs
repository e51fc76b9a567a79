namespace ZooPrune.MLNet;

/// <summary>Messages about saved chains.</summary>
internal static partial class Throw
{
    // When a chain is saved.
    public static ArgumentOutOfRangeException GpuBelowZero(int value) => new(
        nameof(ZooPruneSaveOptions.OnnxGpuDeviceId),
        Text(
            $"ZooPruneModel.Save: OnnxGpuDeviceId is {value:N0}. "
            + $"Expected the number of a GPU, from 0; leave the option out where ApplyOnnxModel runs on the CPU."));

    public static ArgumentException NoFolderToSaveIn(string path) => new(
        Text($"ZooPruneModel.Save: '{path}' is in no folder that exists. Expected a path in an existing folder; create the folder first."),
        nameof(path));

    public static ArgumentException ColumnCannotBeSaved(string column, string type) => new(
        Text(
            $"ZooPruneModel.Save: column '{column}' of the schema is of type {type}. Expected text, numbers, booleans, "
            + $"times, keys, vectors of them, or images; pass a schema without that column, for example that of SelectColumns."),
        "schema");

    public static NotSupportedException StageCannotBeSaved(string stage) => new(
        Text(
            $"ZooPruneModel.Save: stage {stage} is none that can be saved. Expected the stages of ZooPruneCatalog and "
            + $"ML.NET's own; leave it out of the saved chain and append it after loading."));

    public static NotSupportedException OptionCannotBeSaved(string options, string option, string type) => new(
        Text(
            $"ZooPruneModel.Save: {options} has a value for {option}, which is of type {type}. Expected an option that is a "
            + $"number, a text or a choice; leave the option out, or create the stage anew where the chain is loaded."));

    public static NotSupportedException ModelCannotBeReferenced(string model, string folder) => new(
        Text(
            $"ZooPruneModel.Save: the model's folder '{model}' cannot be named relative to '{folder}', for it is on another "
            + $"drive or was unpacked from a file with an embedded model. Expected a folder that stays; save with EmbedModels, "
            + $"or save on the same drive."));

    // When a chain is loaded.
    public static NotSupportedException LoadedByMLNet() => new(
        Text(
            $"Model.Load: the file is a chain that ZooPruneModel.Save saved, which ML.NET cannot make anew. "
            + $"Expected a file that Model.Save wrote; load this one with ZooPruneModel.Load(mlContext, path, out DataViewSchema schema)."));

    /// <summary>What a file supplied, cut to a length that can be read.</summary>
    public static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}...";

    public static ArgumentOutOfRangeException MaxUnpackedBytesBelowOne(long value) => new(
        nameof(ZooPruneLoadOptions.MaxUnpackedBytes),
        Text($"ZooPruneModel.Load: MaxUnpackedBytes is {value:N0}. Expected 1 or more; leave the option out for its default."));

    public static ArgumentException ModelFolderForSeveral(string file, int count) => new(
        Text(
            $"ZooPruneModel.Load: ModelFolder is set, and '{file}' names the folders of {count:N0} models. "
            + $"Expected a file that names one; put the models where the file looks for them."),
        nameof(ZooPruneLoadOptions.ModelFolder));

    public static ZooPruneException NoSuchSave(string file) => new(
        Text($"ZooPruneModel.Load: there is no file '{file}'. Expected one that ZooPruneModel.Save wrote; check the path."));

    public static ZooPruneException NotASave(string file, string what, Exception? cause = null) => new(
        Text(
            $"ZooPruneModel.Load: '{file}' {what}. Expected a file that ZooPruneModel.Save wrote; check the path, and load "
            + $"what Model.Save wrote with Model.Load."),
        cause);

    public static ZooPruneException BrokenSave(string file, string what, Exception? cause = null) => new(
        Text(
            $"ZooPruneModel.Load: '{file}' cannot be used: {what}{(cause is null ? "." : ": " + Sentence(cause))} "
            + $"Expected a file as ZooPruneModel.Save wrote it; copy it anew, or save the chain again."),
        cause);

    public static ZooPruneException UnknownSaveVersion(string file, int version, int known) => new(
        Text(
            $"ZooPruneModel.Load: '{file}' has version {version:N0} of the file format. "
            + $"Expected version {known:N0}; load it with the version of ZooPrune that wrote it, or a later one."));

    public static ZooPruneException UnknownSavedStage(string file, string stage, IEnumerable<string> known) => new(
        Text(
            $"ZooPruneModel.Load: '{file}' has a stage '{Shorten(stage)}'. "
            + $"Expected one of {Names(known)}; load it with the version of ZooPrune that wrote it, or a later one."));

    public static ZooPruneException UnknownSavedStageVersion(string file, string stage, int? version, int known) => new(
        Text(
            $"ZooPruneModel.Load: '{file}' has version {version ?? 0:N0} of the options of stage {stage}. "
            + $"Expected version {known:N0}; load it with the version of ZooPrune that wrote it, or a later one."));

    public static ZooPruneException PartTooLarge(string file, string part, long most) => new(
        Text(
            $"ZooPruneModel.Load: {part} in '{file}' has more than {most:N0} bytes when it is unpacked. "
            + $"Expected at most that; if you trust the file, raise MaxUnpackedBytes."));

    public static ZooPruneException SavedModelFolderMissing(string file, string folder) => new(
        Text(
            $"ZooPruneModel.Load: '{file}' was saved with a model whose folder should be '{folder}', and there is none. "
            + $"Expected the model that was saved; put it there, say where it is with ModelFolder, or save with EmbedModels."));

    public static ZooPruneException ModelFilesDiffer(string file, string folder, IEnumerable<string> differences) => new(
        Text(
            $"ZooPruneModel.Load: the model in '{folder}' is not the one that '{file}' was saved with: "
            + $"{string.Join("; ", differences)}. Expected the same files; put them back, or if the change is meant, build the "
            + $"chain with the new model and save it again."));

    public static ZooPruneException ModelTookOtherGraph(string file, string folder, string graph) => new(
        Text(
            $"ZooPruneModel.Load: the model in '{folder}' now takes {graph}, which '{file}' was not saved with. Expected the "
            + $"graphs that were saved; take that file away, or name the precision in ZooPruneLoadOptions.ModelOptions."));

    public static string FileGone(SavedFile was) =>
        Text($"{was.Name} was saved with {was.Bytes:N0} bytes and is not there");

    public static string FileHasOtherLength(SavedFile was, long bytes) =>
        Text($"{was.Name} was saved with {was.Bytes:N0} bytes and has {bytes:N0}");

    public static string FileHasOtherContent(SavedFile was, string sha256) =>
        Text($"{was.Name} was saved with SHA-256 {was.Sha256} and has {sha256}");
}
