namespace ZooPrune.Samples.Tests;

public class QuestionSetTests
{
    private const string Pope = """
        {"question_id": 1, "image": "COCO_val2014_000000310196.jpg", "text": "Is there a snowboard in the image?", "label": "yes"}
        {"question_id": 2, "image": "COCO_val2014_000000310196.jpg", "text": "Is there a car in the image?", "label": "no"}
        """;

    private const string VqaQuestions = """
        {"info": {"year": 2017}, "task_type": "Open-Ended", "data_type": "mscoco", "data_subtype": "val2014",
         "questions": [
            {"image_id": 262148, "question": "Where is he looking?", "question_id": 262148000},
            {"image_id": 393225, "question": "Is this vegetarian?", "question_id": 393225000}]}
        """;

    private const string VqaAnnotations = """
        {"info": {}, "annotations": [
            {"question_type": "is this", "multiple_choice_answer": "yes", "answers": [{"answer": "yes", "answer_confidence": "yes", "answer_id": 1}],
             "image_id": 393225, "answer_type": "yes/no", "question_id": 393225000},
            {"question_type": "where", "multiple_choice_answer": "down", "answers": [{"answer": "down"}, {"answer": "at table"}],
             "image_id": 262148, "answer_type": "other", "question_id": 262148000}]}
        """;

    [Fact]
    public void Read_Pope_IsRecognised()
    {
        using TestFolder folder = new();

        var set = QuestionSet.Read(folder.Write("coco_pope_random.json", Pope), null, null, null);

        Assert.Equal(QuestionFormat.Pope, set.Format);
        Assert.Equal(2, set.Questions.Count);
        Assert.Equal(
            ("COCO_val2014_000000310196.jpg", "Is there a snowboard in the image?", true),
            (set.Questions[0].Image, set.Questions[0].Text, set.Questions[0].ExpectsYes));
        Assert.Equal(false, set.Questions[1].ExpectsYes);
    }

    [Fact]
    public void Read_Vqa_JoinsQuestionsAndAnnotationsById()
    {
        using TestFolder folder = new();
        string questions = folder.Write("q.json", VqaQuestions);
        string annotations = folder.Write("a.json", VqaAnnotations);

        var set = QuestionSet.Read(questions, annotations, null, null);

        Assert.Equal(QuestionFormat.Vqa, set.Format);
        Assert.Equal([questions, annotations], set.Files);
        ReferenceQuestion first = set.Questions[0];
        Assert.Equal(("COCO_val2014_000000262148.jpg", "Where is he looking?", "down", "other"), (first.Image, first.Text, first.Expected, first.Kind));
        Assert.Equal(["down", "at table"], first.PeopleAnswers);
        Assert.Null(first.ExpectsYes);
        Assert.Equal(true, set.Questions[1].ExpectsYes);
    }

    [Fact]
    public void Read_VqaWithLimit_NeedsOnlyTheirAnnotations()
    {
        using TestFolder folder = new();

        var set = QuestionSet.Read(
            folder.Write("q.json", VqaQuestions.Replace("val2014", "train2014")), folder.Write("a.json", VqaAnnotations), null, limit: 1);

        Assert.Equal("COCO_train2014_000000262148.jpg", Assert.Single(set.Questions).Image);
    }

    [Fact]
    public void Read_Own_HasKindsAndNoPeople()
    {
        using TestFolder folder = new();
        string path = folder.Write("q.jsonl", """{"image": "a.png", "question": "How many?", "answer": "two", "kind": "count"}""");

        ReferenceQuestion question = QuestionSet.Read(path, null, null, null).Questions[0];

        Assert.Equal(("a.png", "How many?", "two", "count"), (question.Image, question.Text, question.Expected, question.Kind));
        Assert.Empty(question.PeopleAnswers);
    }

    [Fact]
    public void Read_ByteOrderMarkAndWindowsLineEnds_AreNoContent()
    {
        using TestFolder folder = new();

        Assert.Equal(2, QuestionSet.Read(folder.Write("p.json", "\uFEFF" + Pope.ReplaceLineEndings("\r\n") + "\r\n\r\n"), null, null, null).Questions.Count);
    }

    [Theory]
    [InlineData("""{"text": "?", "label": "yes"}""", "the object in line 1 of 'PATH' has no \"image\". Expected an object like")]
    [InlineData("\n\n{\"image\": \"a.jpg\", \"text\": \"\", \"label\": \"yes\"}", "the object in line 3 of 'PATH' has no \"text\".")]
    [InlineData("""{"image": "a.jpg", "text": "?", "label": "maybe"}""", "\"label\" in line 1 of 'PATH' is 'maybe'. Expected yes or no, as in")]
    [InlineData("""{"image": 5, "text": "?", "label": "yes"}""", "\"image\" in line 1 of 'PATH' is 5. Expected a text, as in")]
    [InlineData("""{"image": "\ud800", "text": "?", "label": "yes"}""", "\"image\" in line 1 of 'PATH' is \"\\ud800\". Expected a text in whole Unicode characters")]
    [InlineData("{\"image\": \"a\", \"text\": \"?\", \"label\": \"yes\"}\n[1]", "line 2 of 'PATH' has a JSON array. Expected an object like")]
    [InlineData("{\"image\": \"a\", \"text\": \"?\", \"label\": \"yes\"}\n{\"image\"", "line 2 of 'PATH' is not JSON (")]
    public void Read_BadPope_SaysWhereAndWhatIsExpected(string text, string message) => AssertFails(text, null, null, message);

    [Theory]
    [InlineData("""{"questions": 5}""", "{}", "'PATH' is no JSON object with an array \"questions\". Expected one of objects like")]
    [InlineData("""{"questions": []}""", "{}", "the questions file 'PATH' holds no question. Expected at least one like")]
    [InlineData("{\"questions\": [\n{\"image_id\": 1, \"question\": \"?\"}]}", "{}", "the object in line 2 of 'PATH' has no \"question_id\".")]
    [InlineData("{\"questions\": [\n\n{\"image_id\": -1, \"question\": \"?\", \"question_id\": 1}]}", "{}", "\"image_id\" in line 3 of 'PATH' is -1. Expected a whole number from 0 on")]
    [InlineData("{\"questions\": [\n{\"image_id\": 1e99, \"question\": \"?\", \"question_id\": 1}]}", "{}", "\"image_id\" in line 2 of 'PATH' is 1e99. Expected a whole number")]
    [InlineData("{\"questions\": [\n7]}", "{}", "line 2 of 'PATH' has a JSON number. Expected an object like")]
    [InlineData("{\"questions\": [\n{\"image_id\": 1,", "{}", "line 2 of 'PATH' is not JSON (")]
    [InlineData("{\"data_subtype\": \"../x\", \"questions\": [{\"image_id\": 1, \"question\": \"?\", \"question_id\": 1}]}", "{}", "\"data_subtype\" of 'PATH' is '../x'. Expected letters and digits")]
    [InlineData(VqaQuestions, "[]", "'ANNOTATIONS' is no JSON object with an array \"annotations\".")]
    [InlineData(VqaQuestions, "{\"annotations\": []}", "question 262148000 (line 3 of 'PATH') has no annotation in 'ANNOTATIONS'.")]
    [InlineData(VqaQuestions, "{\"annotations\": [{\"question_id\": 262148000}]}", "the object in line 1 of 'ANNOTATIONS' has no \"answers\".")]
    [InlineData(VqaQuestions, "{\"annotations\": [{\"question_id\": 262148000, \"answers\": []}]}", "\"answers\" in line 1 of 'ANNOTATIONS' is []. Expected an array of at least one answer")]
    [InlineData(VqaQuestions, "{\"annotations\": [\n{\"question_id\": 262148000, \"answers\": [\"down\"]}]}", "\"answers\" in line 2 of 'ANNOTATIONS' is \"down\". Expected an array of objects")]
    [InlineData(VqaQuestions, "{\"annotations\": [{\"question_id\": 262148000, \"answers\": [{\"a\": 1}]}]}", "the object in line 1 of 'ANNOTATIONS' has no \"answers[].answer\".")]
    [InlineData(
        VqaQuestions,
        "{\"annotations\": [{\"question_id\": 262148000, \"answers\": [{\"answer\": \"a\"}]},\n{\"question_id\": 262148000, \"answers\": [{\"answer\": \"a\"}]}]}",
        "line 2 of 'ANNOTATIONS' is a second annotation for question 262148000.")]
    public void Read_BadVqa_SaysWhereAndWhatIsExpected(string text, string annotations, string message) =>
        AssertFails(text, annotations, null, message);

    [Fact]
    public void Read_VqaWithoutAnnotations_AsksForThem() => AssertFails(
        VqaQuestions, null, null, "'PATH' holds questions of VQAv2, but no annotations are given. Expected the file with the answers that goes with it; give it with --annotations.");

    [Fact]
    public void Read_AnnotationsWithPope_SaysTheyDoNotGoTogether() => AssertFails(Pope, "{}", null, "--annotations is given, but 'PATH' is read as pope");

    [Theory]
    [InlineData(null)]
    [InlineData("jsonl")]
    public void Read_NoJsonAtAll_IsReportedByOurOwnReader(string? format) => AssertFails(
        "\0\u0001binary", null, format is null ? null : QuestionFormats.Names.Parse("--format", format), "line 1 of 'PATH' is not JSON (");

    [Fact]
    public void Read_NoUtf8_SaysInWhichLine()
    {
        using TestFolder folder = new();
        string path = folder.Write("q.json", (byte[])[.. "{}\n"u8, 0xFF, 0xFE]);

        Assert.Equal(
            $"EvaluatePruning: line 2 of '{path}' holds bytes that are no UTF-8. Expected text in UTF-8; save the file as such.",
            Assert.Throws<UsageException>(() => QuestionSet.Read(path, null, null, null)).Message);
    }

    [Fact]
    public void Read_FormatGiven_IsNotGuessed() => AssertFails(
        """{"image": "a", "question": "?", "answer": "yes"}""", null, QuestionFormat.Pope, "the object in line 1 of 'PATH' has no \"label\".");

    [Fact]
    public void Read_DamagedAtEveryPlace_FailsWithAMessageOrReads()
    {
        using TestFolder folder = new();
        var random = new Random(7);
        string annotations = folder.Write("a.json", VqaAnnotations);
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(trial % 2 == 0 ? Pope : VqaQuestions);
            for (int change = 0; change <= trial % 3; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            string path = folder.Write("q.json", bytes.AsSpan(0, random.Next(bytes.Length) + 1));
            Exception? problem = Record.Exception(() => QuestionSet.Read(path, trial % 2 == 0 ? null : annotations, trial % 2 == 0 ? null : QuestionFormat.Vqa, null));
            Assert.True(problem is null or UsageException, $"trial {trial}: {problem}");
        }
    }

    private static void AssertFails(string text, string? annotations, QuestionFormat? format, string message)
    {
        using TestFolder folder = new();
        string path = folder.Write("q.json", text);
        string? annotationsPath = annotations is null ? null : folder.Write("a.json", annotations);

        UsageException error = Assert.Throws<UsageException>(() => QuestionSet.Read(path, annotationsPath, format, null));

        Assert.StartsWith("EvaluatePruning: " + message.Replace("PATH", path).Replace("ANNOTATIONS", annotationsPath), error.Message);
    }
}
