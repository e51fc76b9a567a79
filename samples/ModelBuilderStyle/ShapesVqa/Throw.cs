namespace ZooPrune.Samples;

/// <summary>The messages that only these programs have.</summary>
internal static partial class Throw
{
    public static UsageException NoEvaluationAnswers(string path) =>
        new($"{Program}: no question of '{path}' comes with an answer. "
            + "Expected at least one \"answer\" to compare with; add it or give another file.");

    public static UsageException UnreadableImage(string path, Exception cause) =>
        new($"{Program}: the picture '{path}' cannot be read: {cause.Message} Expected an image file; correct --image.", cause);

    public static UsageException CannotListen(string address, int port, Exception cause) =>
        new(
            $"{Program}: nothing can listen at {address}, port {port}: {cause.Message.TrimEnd('.')}. "
            + "Expected an address of this machine and a free port; choose others with --address and --port, or 0 for any port.",
            cause);
}
