namespace ZooPrune.Text;

/// <summary>What is wrong in a template, without the place. Never leaves <see cref="ChatTemplate"/>.</summary>
/// <param name="got">What was found.</param>
/// <param name="needed">What is needed and what to do.</param>
internal sealed class TemplateFault(string got, string needed) : Exception(got)
{
    public string Got => Message;

    public string Needed { get; } = needed;
}
