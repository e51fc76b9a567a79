using Microsoft.ML;
using ZooPrune;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

string imageFolder = args[1];
var ml = new MLContext(seed: 1);
using var model = VisionLanguageModel.Load(args[0]);
var rows = ml.Data.LoadFromEnumerable([new Question { ImagePath = "0000.png", Text = "Where is the red circle?" }]);

// The stages of docs/getting-started.md.
var pipeline = ml.Transforms.LoadImages("Image", imageFolder, nameof(Question.ImagePath))
    .Append(ml.Transforms.PreprocessImages(new(model)))
    .Append(ml.Transforms.ApplyOnnxModel("visual_tokens", "pixel_values", model.Files.VisionEncoder))
    .Append(ml.Transforms.PruneVisualTokens(new(model) { Keep = KeepBudget.Tokens(64) }))
    .Append(ml.Transforms.GenerateText(new(model) { QuestionColumnName = nameof(Question.Text) }));
var answers = ml.Data.CreateEnumerable<AnswerRow>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false);

foreach (AnswerRow row in answers)
{
    Console.WriteLine(row.Answer);
}

internal sealed class Question
{
    public string ImagePath { get; set; } = "";

    public string Text { get; set; } = "";
}

internal sealed class AnswerRow
{
    public string Answer { get; set; } = "";
}
