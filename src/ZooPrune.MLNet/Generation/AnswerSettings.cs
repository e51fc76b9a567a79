using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>How a stage asks its questions and how long it lets the answers become. Immutable.</summary>
internal sealed class AnswerSettings
{
    /// <summary>Stands for the row's question in a template.</summary>
    public const string QuestionPlace = "{question}";

    private readonly string _template;

    /// <exception cref="ArgumentException">A value is one that it cannot have.</exception>
    public AnswerSettings(string stageName, string template, GenerationOptions generation, int? maxNewTokens)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(generation);
        int places = template.Split(QuestionPlace).Length - 1;
        if (places != 1)
        {
            throw Throw.TemplateWithoutQuestion(stageName, template, places);
        }

        if (maxNewTokens < 1)
        {
            throw Throw.MaxNewTokensBelowOne(stageName, maxNewTokens.Value, nameof(GenerateTextOptions.MaxNewTokens));
        }

        generation.Validate();
        _template = template;
        Generation = generation with { MaxNewTokens = maxNewTokens ?? generation.MaxNewTokens };
    }

    public GenerationOptions Generation { get; }

    /// <summary>What is asked for a row's question.</summary>
    public string FormatQuestion(ReadOnlyMemory<char> question) =>
        _template.Replace(QuestionPlace, question.ToString(), StringComparison.Ordinal);

    /// <summary>Notes of several sources in one line.</summary>
    public static string JoinNotes(params ReadOnlySpan<string?> notes)
    {
        var there = new List<string>();
        foreach (string? note in notes)
        {
            if (!string.IsNullOrEmpty(note))
            {
                there.Add(note);
            }
        }

        return string.Join("; ", there);
    }
}
