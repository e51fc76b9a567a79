using ZooPrune;
using ZooPrune.Samples;

if (args is not [var model, var questions, var answers])
{
    Console.Error.WriteLine("BatchScoring: three arguments are needed. Expected MODEL QUESTIONS.csv ANSWERS.tsv; give them.");
    return 2;
}

TableScorer.Score(model, questions, answers, KeepBudget.Tokens(64));
Console.WriteLine($"{answers}: {File.ReadLines(answers).Count() - 1} rows");
return 0;
