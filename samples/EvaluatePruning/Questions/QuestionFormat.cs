namespace ZooPrune.Samples;

/// <summary>How questions and right answers are written down, and with that how answers are scored.</summary>
internal enum QuestionFormat
{
    /// <summary>Ours: <c>{"image", "question", "answer", "kind"?}</c>, one a line. An answer is right word for word.</summary>
    Jsonl,

    /// <summary>POPE: <c>{"question_id", "image", "text", "label"}</c>, one a line; the label is yes or no.</summary>
    Pope,

    /// <summary>VQAv2: a file of questions and a file of annotations with ten people's answers each.</summary>
    Vqa,
}
