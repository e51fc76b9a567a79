using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.MLNet;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>Scores a table with ML.NET from file to file. Rows are read, answered and written one batch after the other.</summary>
internal static class TableScorer
{
    /// <summary>Answers every row of a CSV file with the columns image and question.</summary>
    /// <param name="modelFolder">The model.</param>
    /// <param name="questions">The file of questions; image paths start in its folder.</param>
    /// <param name="answers">The file to be, with tabs between its columns.</param>
    /// <param name="keep">Visual tokens to keep.</param>
    public static void Score(string modelFolder, string questions, string answers, KeepBudget keep)
    {
        var ml = new MLContext(seed: 1);
        using var model = VisionLanguageModel.Load(modelFolder);

        // A view of the file: nothing is read before somebody asks for rows.
        IDataView rows = ml.Data.LoadFromTextFile<Row>(
            questions, new TextLoader.Options { Separators = [','], HasHeader = true, AllowQuoting = true });

        // From path and question to answer in one stage, 32 rows at a time. A row that cannot be answered says why in Error.
        var pipeline = ml.Transforms
            .AnswerQuestions(new(model)
            {
                ImageFolder = Path.GetDirectoryName(Path.GetFullPath(questions)),
                Keep = keep,
                BatchSize = 32,
                KeptTokenCountColumnName = "KeptTokenCount",
            })
            .Append(ml.Transforms.SelectColumns("Image", "Question", "Answer", "VisualTokenCount", "KeptTokenCount", "Error"));

        // Writing asks for the rows.
        using FileStream file = File.Create(answers);
        ml.Data.SaveAsText(pipeline.Fit(rows).Transform(rows), file, separatorChar: '\t', schema: false);
    }

    /// <summary>One row of the input; the names are those that the stage reads.</summary>
    private sealed class Row
    {
        [LoadColumn(0)]
        public string Image { get; set; } = "";

        [LoadColumn(1)]
        public string Question { get; set; } = "";
    }
}
