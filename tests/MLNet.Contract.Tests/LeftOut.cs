namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios about parts of ML.NET that nothing of ours calls, so that the stand-in has not got them.</summary>
internal static class LeftOut
{
    private const string Columns = "`Concatenate`, `DropColumns` and `SelectColumns` are not called";
    private const string Rows = "`Cache`, `TakeRows`, `SkipRows` and the filters are not called";

    /// <summary>The reasons by scenario.</summary>
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["DropAndSelectColumns"] = Columns,
        ["Concatenate_TypesAndShapes"] = Columns,
        ["Chain_GetOutputSchema"] = Columns + "; the rest of it is own scenario `Chain_ShapeOfStages`",
        ["Cursor_ColumnsAskedOfAThirdPartyStageByMLStages"] =
            Columns + "; the rest of it is own scenario `Cursor_ColumnsAskedOfAThirdPartyStage`",
        ["Cache_ServesTheSecondPass"] = Rows,
        ["TakeSkipAndFilterRows"] = Rows,
        ["Chain_AppendCacheCheckpoint"] = Rows,
        ["Throwing_InAGetter_AsSeenByEachConsumer"] = Rows + "; the rest of it is own scenario `Throwing_InAGetter_BehindStages`",
        ["CustomType_LifetimeOfDisposableValues"] = Rows + "; the rest of it is own scenario `CustomType_LifetimeOfValues`",
        ["Model_RoundTripOfMLStages"] = Columns + "; the rest of it is own scenario `Model_RoundTripOfStages`",
        ["Model_RoundTripOfANamedCustomMapping"] = "no function and no input schema is saved",
    };
}
