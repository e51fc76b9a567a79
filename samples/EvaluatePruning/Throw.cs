using System.Text.Json;

namespace ZooPrune.Samples;

internal static partial class Throw
{
    public static string InterruptedWithJournal(string path, int images) =>
        $"{Program}: interrupted; the answers about {images:N0} images are in '{path}'. Run the same command again to go on.";

    public static UsageException MissingInputFile(string option, string path) =>
        new($"{Program}: the file '{path}' (option {option}) does not exist. Expected a file that can be read; correct the option.");

    public static UsageException UnreadableInputFile(string option, string path, Exception cause) =>
        new($"{Program}: the file '{path}' (option {option}) cannot be read: {cause.Message} Expected a readable file; check its "
            + "permissions or give another.", cause);

    public static UsageException NoAnnotations(string path) =>
        new($"{Program}: '{path}' holds questions of VQAv2, but no annotations are given. Expected the file with the answers "
            + "that goes with it; give it with --annotations.");

    public static UsageException AnnotationsWithout(string path, string format) =>
        new($"{Program}: --annotations is given, but '{path}' is read as {format}, which has its answers in the same file. "
            + "Expected it with VQAv2 only; leave it out or add --format vqa.");

    public static UsageException NoRecords(string path, string example) =>
        new($"{Program}: the questions file '{path}' holds no question. Expected at least one like {example}; add one or give "
            + "another file with --questions.");

    public static UsageException NoParquet(string path, Exception cause) =>
        new($"{Program}: '{path}' cannot be read as Parquet: {cause.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Expected a complete "
            + $"file of a "
            + "benchmark on the hub; download it again.", cause);

    public static UsageException UnknownBenchmark(string path, IEnumerable<string> columns) =>
        new($"{Program}: the columns of '{path}' are {string.Join(", ", columns)}, which is no benchmark that is known. Expected those of "
            + "MMMU, MMBench, ScienceQA, TextVQA, GQA, MME, SEED, POPE or VQAv2 as docs/evaluating.md lists them; name it with --format "
            + "if it "
            + "is one of these.");

    public static UsageException BenchmarkIsNoParquet(string path, string format) =>
        new($"{Program}: '{path}' is to be read as {format}, which is read in Parquet. Expected a .parquet file or a folder of some; "
            + $"download "
            + "it from the hub.");

    public static UsageException NoBenchmarkQuestions(string path) =>
        new($"{Program}: '{path}' holds no question about one image. Expected at least one; give the split that has images.");

    public static UsageException NoBenchmarkImage(string path, string name) =>
        new($"{Program}: the images in '{path}' have none called '{name}'. Expected the images that go with the questions; give their "
            + $"table or "
            + "folder with --images.");

    public static UsageException ParquetLacks(ParquetRecord record, string column) =>
        new($"{Program}: row {record.Row} of '{record.Path}' has no '{column}'. Expected one in every row; give another file, or another "
            + $"format "
            + "with --format.");

    public static UsageException ParquetValue(ParquetRecord record, string column, string got, string needed) =>
        new($"{Program}: '{column}' in row {record.Row} of '{record.Path}' is '{(got.Length > 40 ? $"{got[..40]}..." : got)}'. Expected "
            + $"{needed}; "
            + "give another file, or another format with --format.");

    public static UsageException NoLetterTokens(string first, string second) =>
        new($"{Program}: --choices logits is given, and the model's tokenizer has the same token for {first} and {second}. Expected one "
            + $"of its "
            + "own for each letter; leave --choices out.");

    public static UsageException NoMethodLeft(IEnumerable<string> problems) =>
        new($"{Program}: no method of --methods can be used with this model: {string.Join(' ', problems)} Expected one that can; name "
            + "zooprune or divprune.");

    public static UsageException NoReport(string path, string problem, Exception? cause) =>
        new($"{Program}: '{path}' is no report of an evaluation: {problem}. Expected what --json of an earlier run of this version wrote; "
            + "give that to --compare.", cause);

    public static UsageException ReportLacks(string path, string what) =>
        new($"{Program}: the report '{path}' has no {what}. Expected every report of --compare to have the same settings; choose others "
            + "with --methods, or run that evaluation again with all of them.");

    public static UsageException ReportsDiffer(string first, string other, string what, string firstValue, string otherValue) =>
        new($"{Program}: the reports '{first}' and '{other}' cannot be compared: their {what} is {firstValue} and {otherValue}. Expected "
            + "the same questions, measured alike; give --compare reports of such runs.");

    public static UsageException NoArray(string path, string name, string example) =>
        new($"{Program}: '{path}' is no JSON object with an array \"{name}\". Expected one of objects like {example}; give the "
            + $"file of VQAv2 that holds \"{name}\".");

    public static UsageException NotUtf8(string path, int line) =>
        new($"{Program}: line {line} of '{path}' holds bytes that are no UTF-8. Expected text in UTF-8; save the file as such.");

    public static UsageException RecordIsNoJson(string path, int line, string example, Exception cause) =>
        new($"{Program}: line {line} of '{path}' is not JSON ({cause.Message.TrimEnd('.')}). Expected objects like {example}; "
            + "correct that line.", cause);

    public static UsageException RecordIsNoObject(string path, int line, JsonValueKind kind, string example) =>
        new($"{Program}: line {line} of '{path}' has a JSON {Name(kind)}. Expected an object like {example}; correct that line.");

    public static UsageException RecordLacks(JsonRecord record, string property) =>
        new($"{Program}: the object in line {record.Line} of '{record.Path}' has no \"{property}\". Expected an object like "
            + $"{record.Example}; add it there.");

    public static UsageException RecordProperty(JsonRecord record, string property, JsonElement got, string needed) =>
        new($"{Program}: \"{property}\" in line {record.Line} of '{record.Path}' is {Shown(got)}. Expected {needed}, as in "
            + $"{record.Example}; correct it there.");

    public static UsageException LabelIsNeither(JsonRecord record, string label) =>
        new($"{Program}: \"label\" in line {record.Line} of '{record.Path}' is '{label}'. Expected yes or no, as in "
            + $"{record.Example}; correct it there.");

    public static UsageException BadDataSubtype(string path, string part) =>
        new($"{Program}: \"data_subtype\" of '{path}' is '{part}'. Expected letters and digits like val2014, because it is a "
            + "part of the names of the images; correct it.");

    public static UsageException NoAnnotation(string path, int line, long id, string annotations) =>
        new($"{Program}: question {id} (line {line} of '{path}') has no annotation in '{annotations}'. Expected one for every "
            + "question; give the file that goes with the questions.");

    public static UsageException AnnotatedTwice(JsonRecord record, long id) =>
        new($"{Program}: line {record.Line} of '{record.Path}' is a second annotation for question {id}. Expected one a "
            + "question; remove one of the two.");

    public static UsageException JournalInUse(string path, Exception cause) =>
        new($"{Program}: the journal '{path}' cannot be opened: {cause.Message} Expected a file that can be written to and that "
            + "no other run is using; wait for that run, or give another file with --resume.", cause);

    public static UsageException JournalWrite(string path, Exception cause) =>
        new($"{Program}: the journal '{path}' cannot be written: {cause.Message} Expected room and permission for about 10 kB an "
            + "image; make room and run the same command again, which goes on from there.", cause);

    public static UsageException JournalIsNone(string path) =>
        new($"{Program}: '{path}' is no journal of an evaluation. Expected a file that an earlier run wrote, or none; give "
            + "another file with --resume.");

    public static UsageException JournalDiffers(string path, string what, string there, string here) =>
        new($"{Program}: the journal '{path}' belongs to another run: its {what} is {there}, this run's is {here}. Expected the "
            + "same; run it as before, give another file with --resume, or delete it.");

    public static UsageException JournalLine(string path, int line, string problem) =>
        new($"{Program}: line {line} of the journal '{path}' is damaged: {problem.TrimEnd('.')}. Expected an image as this run "
            + "would write it; delete that line, and the image is asked about again.");

    private static string Shown(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 40 ? text : $"a JSON {Name(value.ValueKind)}";
    }
}
