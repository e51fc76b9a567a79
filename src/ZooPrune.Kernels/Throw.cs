namespace ZooPrune;

/// <summary>
/// Every message of this assembly, each in four parts: what it is about, what was found, what is needed, what to do. The methods
/// return the exception, so that the compiler sees the <c>throw</c> where it happens.
/// </summary>
internal static class Throw
{
    public static ArgumentOutOfRangeException KeepCountBelowOne(int count, string parameter) => OutOfRange(
        parameter,
        $"Keep budget: {count:N0} tokens cannot be kept. The count must be 1 or more;",
        $"to keep everything, give the number of visual tokens.");

    public static ArgumentOutOfRangeException KeepRatioOutOfRange(double ratio, string parameter) => OutOfRange(
        parameter,
        $"Keep budget: the share {ratio} is not above 0 and at most 1. It is the kept part of all visual tokens; write 0.11 for 11 %.");

    public static ArgumentException KeepNotANumber(string text) => Wrong(
        null,
        $"Keep budget: '{text}' is neither a count nor a share.",
        $"Expected a count such as 64, a percentage such as 11% or a share such as 0.11; use a point for decimals.");

    public static ArgumentOutOfRangeException KeepTextOutOfRange(string text) => OutOfRange(
        null,
        $"Keep budget: '{text}' is out of range. A count must be 1 or more, a share above 0 and at most 100% (1.0);",
        $"write 64, 11% or 0.11.");

    public static InvalidOperationException KeepNotSet() => new(
        "Keep budget: it is not set (default). It must be a count or a share; create it with KeepBudget.Tokens or KeepBudget.Ratio.");

    public static ArgumentException OptionKeepNotSet(string parameter) => Wrong(
        parameter,
        $"PruningOptions.Keep: it is not set (default). It must be a count or a share;",
        $"create it with KeepBudget.Tokens or KeepBudget.Ratio.");

    public static ArgumentOutOfRangeException OptionBelow(string option, int value, int least, string parameter) => OutOfRange(
        parameter,
        $"PruningOptions.{option}: it is {value:N0}. It must be {least} or more; leave it out for the default.");

    public static ArgumentOutOfRangeException OptionOutside(string option, double value, string needed, string parameter) => OutOfRange(
        parameter,
        $"PruningOptions.{option}: it is {value}. It must be {needed}; leave it out for the published value.");

    public static ArgumentOutOfRangeException UnknownOption(string option, int value, string parameter) => OutOfRange(
        parameter,
        $"PruningOptions.{option}: the value {value} has no name. It must be one of the members of {option}Method; use one of them.");

    public static NotSupportedException TunedSelectionMissing() => new(
        "PruningOptions.Selection: ZooPruneTuned was asked for, which this version does not have. "
        + "No rule that was tried held against the published ones at every budget (docs/findings.md); "
        + "use ZooPrune, with Centering and Sharpness if you like, or DivPrune.");

    public static ArgumentException ClosedFormUnavailable(SensitivityMethod method, Type projector, string parameter) => Wrong(
        parameter,
        $"PruningOptions.Sensitivity: {method} was asked for with the projector {projector.Name}, whose weights are not known.",
        $"It needs an IClosedFormProjector (Linear, GELU, Linear); use Sampled, or Auto to let the projector decide.");

    public static ArgumentException SharedProductUnavailable(Type projector, string parameter) => Wrong(
        parameter,
        $"PruningOptions.Sensitivity: SharedProduct was asked for with the projector {projector.Name}, which is not Linear,",
        $"GELU, Linear alone. It needs a projector with Weights; use ClosedForm or Sampled, or Auto to let the projector decide.");

    public static ArgumentOutOfRangeException UnknownGelu(GeluKind kind, string parameter) => OutOfRange(
        parameter,
        $"MlpProjector, gelu: the value {(int)kind} has no name. It must be one of the members of GeluKind; use one of them.");

    public static ArgumentException NormEpsilon(float epsilon, string parameter) => Wrong(
        parameter,
        $"PatchNorm, epsilon: it is {epsilon}. It must be a finite number from 0 on; take it from the model's configuration.");

    public static ArgumentException PatchWidth(int inputWidth, int patchWidth, string parameter) => Wrong(
        parameter,
        $"NormMlpProjector: the first linear layer takes {inputWidth:N0} values and a patch has {patchWidth:N0}.",
        $"It needs a whole number of patches; check the norm's weight and the layer's.");

    public static ArgumentException LowRankUnavailable(Type projector, string parameter) => Wrong(
        parameter,
        $"PruningOptions.Sensitivity: LowRankClosedForm was asked for with the projector {projector.Name}, for which no rank was",
        $"chosen. It needs IClosedFormProjector.LowRank; call MlpProjector.ChooseRank with visual tokens of a typical image",
        $"first, or use ClosedForm.");

    public static InvalidOperationException NoLowRank(Type projector) => new(Text(
        $"Projector {projector.Name}: the low-rank sensitivity was asked for, and no rank was chosen. LowRank must not be null;",
        $"call MlpProjector.ChooseRank with visual tokens of a typical image first, or use ProjectWithSensitivity."));

    public static ArgumentException CandidateIndices(int got, int needed, int bad, int tokenCount, string parameter) => Wrong(
        parameter,
        bad < 0
            ? (FormattableString)$"Token selection: there are {got:N0} indices. Expected {needed:N0}, one a token that could be chosen;"
            : $"Token selection: index {bad:N0} is not above the one before it and below {tokenCount:N0}. Expected ascending indices;",
        $"pass where each token stands among all.");

    public static ArgumentException TooFewProbeTokens(int got, int needed, string parameter) => Wrong(
        parameter,
        $"Low-rank sensitivity: there are {got:N0} visual tokens to choose the rank by. It needs {needed:N0} or more;",
        $"pass the tokens of a whole image.");

    public static ArgumentException ProjectorWidths(Type projector, int inputWidth, int outputWidth, string parameter) => Wrong(
        parameter,
        $"Projector {projector.Name}: its widths are {inputWidth:N0} (input) and {outputWidth:N0} (output).",
        $"Both must be 1 or more; check how the projector was loaded.");

    public static ArgumentException DirectionWidth(int width, int inputWidth, string parameter) => Wrong(
        parameter,
        $"Directions: they are {width:N0} wide. They must have the projector's input width, {inputWidth:N0};",
        $"create the bank with that width.");

    public static ArgumentOutOfRangeException SizeBelowOne(string what, int value, string parameter) => OutOfRange(
        parameter,
        $"{what}: the size is {value:N0}. It must be 1 or more; check the shape that is passed.");

    public static ArgumentException SizeTooLarge(string what, long values, string parameter) => Wrong(
        parameter,
        $"{what}: it would have {values:N0} values. One array holds at most {Array.MaxLength:N0}; use fewer or narrower rows.");

    public static ArgumentException WrongLength(string what, long got, string shape, long needed, string parameter) => Wrong(
        parameter,
        $"{what}: it has {got:N0} values. It needs {shape} = {needed:N0}; check the shape and that it is row-major.");

    public static ArgumentException NotWholeRows(string what, long got, int width, string parameter) => Wrong(
        parameter,
        $"{what}: it has {got:N0} values, not a multiple of the width {width:N0}. Expected N x {width:N0};",
        $"check that the encoder output is taken before the projector.");

    public static ArgumentException NotFiniteWeight(string what, long index, float value, string parameter) => Wrong(
        parameter,
        $"{what}: value {index:N0} is {value}. All weights must be finite; check the file they were read from.");

    public static ArgumentException DirectionNotFinite(int direction, int element, float value, string parameter) => Wrong(
        parameter,
        $"Directions: direction {direction:N0} has the value {value} at element {element:N0}. All values must be finite;",
        $"check where the rows come from.");

    public static ArgumentException DirectionZero(int direction, string parameter) => Wrong(
        parameter,
        $"Directions: direction {direction:N0} is all zeros. Each is divided by its own length, which must be above 0;",
        $"leave that row out.");

    public static ArgumentOutOfRangeException NoSuchDirection(int index, int count, string parameter) => OutOfRange(
        parameter,
        $"Directions: direction {index:N0} was asked for. There are {count:N0}, counted from 0; use an index below that.");

    public static ArgumentOutOfRangeException NoTokens(int tokenCount, string parameter) => OutOfRange(
        parameter,
        $"Visual tokens: the token count is {tokenCount:N0}. It must be 1 or more; do not prune an image without tokens.");

    public static ArgumentException NoTiles(string parameter) => Wrong(
        parameter,
        $"Visual tokens: the list of tile lengths is empty. It needs one length a tile;",
        $"pass the token count where the image has one tile.");

    public static ArgumentException EmptyTile(int tile, int length, string parameter) => Wrong(
        parameter,
        $"Visual tokens: tile {tile:N0} has the length {length:N0}. Every tile needs 1 token or more; leave empty tiles out of the list.");

    public static ArgumentException TokenLength(long got, long tokenCount, int width, string parameter) => Wrong(
        parameter,
        $"Visual tokens: there are {got:N0} values for {tokenCount:N0} tokens.",
        $"Expected {tokenCount:N0} x {width:N0} = {tokenCount * width:N0};",
        $"check that the encoder output is taken before the projector.");

    public static ArgumentException TokenNotFinite(int token, int element, float value, string parameter) => Wrong(
        parameter,
        $"Visual tokens: token {token:N0} has the value {value} at element {element:N0}. All values must be finite;",
        $"check the encoder, half precision overflows at 65,504.");

    public static ZooPruneException ProjectionNotFinite(string what, Type projector, int token, float value) => new(
        Text(
            $"Projector {projector.Name}: the {what} of token {token:N0} is {value}. It must be finite;",
            $"check the projector's weights and the range of the visual tokens."));

    public static ArgumentException TwoSelections(SelectionMethod selection, Type method, string parameter) => Wrong(
        parameter,
        $"PruningOptions.CustomSelection: {method.Name} was given together with Selection = {selection}.",
        $"Only one of them can choose; leave Selection out to use {method.Name}.");

    public static ArgumentOutOfRangeException SelectorBelow(string selector, int value, int least, string parameter) => OutOfRange(
        parameter,
        $"{selector}, {parameter}: it is {value:N0}. It must be {least} or more; leave it out for the default.");

    public static ZooPruneException WrongChoice(Type method, int index, int count) => new(
        Text(
            $"Selection {method.Name}: it chose candidate {index:N0} of {count:N0}, which does not exist or was chosen before.",
            $"It must write distinct indices from 0 to {count - 1:N0} into all of order; check its Select."));

    public static ZooPruneException MassNotANumber(Type method, int tile) => new(
        Text($"Selection {method.Name}: the mass of tile {tile:N0} is NaN. It must be a number; check its Mass."));

    public static ArgumentException NotRowsOfTokens(int got, int count, string parameter) => Wrong(
        parameter,
        $"Projected visual tokens: there are {got:N0} values for {count:N0} tokens. Expected {count:N0} x H;",
        $"check the shape and that it is row-major.");

    public static ArgumentException SeveralImages(int images, string parameter) => Wrong(
        parameter,
        $"PruningInput.TilesPerImage: it describes {images:N0} images. Prune returns the selection of one; use PruneImages.");

    public static ArgumentException ImageWithoutTiles(int image, int tiles, string parameter) => Wrong(
        parameter,
        $"PruningInput.TilesPerImage: image {image:N0} has {tiles:N0} tiles. Every image needs 1 tile or more;",
        $"leave images without tokens out.");

    public static ArgumentException TilesOfImages(long tiles, int lengths, string parameter) => Wrong(
        parameter,
        $"PruningInput.TilesPerImage: its images have {tiles:N0} tiles together, but there are {lengths:N0} tile lengths.",
        $"The sum must be their number; check both lists.");

    public static ArgumentException BudgetsOfImages(int budgets, int images, string parameter) => Wrong(
        parameter,
        $"PruningInput.Budgets: there are {budgets:N0} budgets for {images:N0} images. It needs one budget an image;",
        $"leave the list out to use PruningOptions.Keep for all.");

    public static ArgumentException BudgetOfImageNotSet(int image, string parameter) => Wrong(
        parameter,
        $"PruningInput.Budgets: the budget of image {image:N0} is not set (default). It must be a count or a share;",
        $"create it with KeepBudget.Tokens or KeepBudget.Ratio.");

    public static ArgumentException ProtectedToken(int place, int token, int previous, int count, string parameter) => Wrong(
        parameter,
        $"PruningInput.ProtectedTokens: number {place:N0} is {token:N0}, after {previous:N0}, of {count:N0} visual tokens.",
        $"They must ascend, each once, from 0 to {count - 1:N0}; sort them and count over all tokens of the call.");

    public static ArgumentException ScoresMissing(Type method, int count, string parameter) => Wrong(
        parameter,
        $"PruningInput.Scores: it is empty, and the selection {method.Name} uses it.",
        $"It needs one score a visual token, {count:N0} here; pass them in a PruningInput, or choose a method without scores.");

    public static ArgumentException AttentionMissing(Type method, AttentionParts missing, string parameter) => Wrong(
        parameter,
        $"PruningInput.Attention: the selection {method.Name} uses {missing} of the vision encoder's attention, which was not given.",
        $"It needs an image that goes through the encoder together with the pruning: prune a PreparedImage with a VisionLanguageModel,",
        $"pass the attention in a PruningInput, or choose a method that needs tokens alone.");

    public static ArgumentException AttentionNotFinite(string part, int token, float value, string parameter) => Wrong(
        parameter,
        $"PruningInput.Attention.{part}: that of token {token:N0} has the value {value}. All values must be finite;",
        $"check the encoder, half precision overflows at 65,504.");

    public static ArgumentOutOfRangeException SelectorOutside(string selector, double value, string needed, string parameter) => OutOfRange(
        parameter,
        $"{selector}, {parameter}: it is {value}. It must be {needed}; leave it out for the default.");

    public static ArgumentException ScoreNotFinite(int token, float value, string parameter) => Wrong(
        parameter,
        $"PruningInput.Scores: the score of token {token:N0} is {value}. All scores must be finite; check how they are computed.");

    public static InvalidOperationException WorkspaceInUse() => new(
        "PruningWorkspace: another call is using it. One workspace serves one call at a time; give each thread its own, or pass none.");

    public static ZooPruneException UnknownKernels(string asked, IEnumerable<string> available) => new(
        Text(
            $"Environment variable {TokenKernels.Variable}: '{asked}' is no kernel set of this machine.",
            $"Available are {string.Join(", ", available)}; use one of them or unset the variable."));

    public static ArgumentException OnlyIfFasterAlone(string parameter) => Wrong(
        parameter,
        $"PruningOptions.OnlyIfFaster: it is set for a VisualTokenPruner, which knows no language model to compare with.",
        $"It needs one whose prefill can be timed; prune with a VisionLanguageModel, or ask a PruningAdvisor and leave it out",
        $"here.");

    public static ArgumentOutOfRangeException CostTime(string what, double value, string parameter) => OutOfRange(
        parameter,
        $"{what}: it is {value}. It must be a finite number of 0 or more; check what was measured.");

    public static ArgumentOutOfRangeException CostCount(string what, int value, int least, string parameter) => OutOfRange(
        parameter,
        $"{what}: it is {value:N0}. It must be {least} or more; check where the number comes from.");

    public static ArgumentException PrefillPairs(int lengths, int times, string parameter) => Wrong(
        parameter,
        $"Measured prefill: there are {lengths:N0} prompt lengths and {times:N0} times. Every length needs its time;",
        $"pass two lists of one length.");

    public static ArgumentException PrefillLengths(int distinct, string parameter) => Wrong(
        parameter,
        $"Measured prefill: there are {distinct:N0} different prompt lengths. A slope needs two or more;",
        $"measure a shorter prompt as well.");

    private static ArgumentException Wrong(string? parameter, params FormattableString[] message) => new(Text(message), parameter);

    private static ArgumentOutOfRangeException OutOfRange(string? parameter, params FormattableString[] message) =>
        new(parameter, Text(message));

    /// <summary>The parts of a message, in every culture the same, with a blank between them.</summary>
    private static string Text(params FormattableString[] message) => string.Join(' ', message.Select(FormattableString.Invariant));
}
