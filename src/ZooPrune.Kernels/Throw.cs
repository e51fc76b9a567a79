using System.Globalization;

namespace ZooPrune;

/// <summary>
/// Every message of this assembly, each in four parts: what it is about, what was found, what is needed, what to do. The methods
/// return the exception, so that the compiler sees the <c>throw</c> where it happens.
/// </summary>
internal static class Throw
{
    public static ArgumentOutOfRangeException KeepCountBelowOne(int count, string parameter) => OutOfRange(
        parameter,
        $"Keep budget: {count:N0} tokens cannot be kept. The count must be 1 or more; to keep everything, give the number of visual tokens.");

    public static ArgumentOutOfRangeException KeepRatioOutOfRange(double ratio, string parameter) => OutOfRange(
        parameter,
        $"Keep budget: the share {ratio} is not above 0 and at most 1. It is the kept part of all visual tokens; write 0.11 for 11 %.");

    public static ArgumentException KeepNotANumber(string text) => Wrong(
        null,
        $"Keep budget: '{text}' is neither a count nor a share. Expected a count such as 64, a percentage such as 11% or a share such as 0.11; use a point for decimals.");

    public static ArgumentOutOfRangeException KeepTextOutOfRange(string text) => OutOfRange(
        null,
        $"Keep budget: '{text}' is out of range. A count must be 1 or more, a share above 0 and at most 100% (1.0); write 64, 11% or 0.11.");

    public static InvalidOperationException KeepNotSet() => new(
        "Keep budget: it is not set (default). It must be a count or a share; create it with KeepBudget.Tokens or KeepBudget.Ratio.");

    public static ArgumentException OptionKeepNotSet(string parameter) => Wrong(
        parameter,
        $"PruningOptions.Keep: it is not set (default). It must be a count or a share; create it with KeepBudget.Tokens or KeepBudget.Ratio.");

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
        "PruningOptions.Selection: ZooPruneTuned was asked for, which this version does not have. No rule that was tried held against the published ones at every budget (docs/findings.md); "
        + "use ZooPrune, with Centering and Sharpness if you like, or DivPrune.");

    public static ArgumentException ClosedFormUnavailable(SensitivityMethod method, Type projector, string parameter) => Wrong(
        parameter,
        $"PruningOptions.Sensitivity: {method} was asked for with the projector {projector.Name}, whose weights are not known. It needs an IClosedFormProjector (Linear, GELU, Linear); use Sampled, or Auto to let the projector decide.");

    public static ArgumentException ProjectorWidths(Type projector, int inputWidth, int outputWidth, string parameter) => Wrong(
        parameter,
        $"Projector {projector.Name}: its widths are {inputWidth:N0} (input) and {outputWidth:N0} (output). Both must be 1 or more; check how the projector was loaded.");

    public static ArgumentException DirectionWidth(int width, int inputWidth, string parameter) => Wrong(
        parameter,
        $"Directions: they are {width:N0} wide. They must have the projector's input width, {inputWidth:N0}; create the bank with that width.");

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
        $"{what}: it has {got:N0} values, not a multiple of the width {width:N0}. Expected N x {width:N0}; check that the encoder output is taken before the projector.");

    public static ArgumentException NotFiniteWeight(string what, long index, float value, string parameter) => Wrong(
        parameter,
        $"{what}: value {index:N0} is {value}. All weights must be finite; check the file they were read from.");

    public static ArgumentException DirectionNotFinite(int direction, int element, float value, string parameter) => Wrong(
        parameter,
        $"Directions: direction {direction:N0} has the value {value} at element {element:N0}. All values must be finite; check where the rows come from.");

    public static ArgumentException DirectionZero(int direction, string parameter) => Wrong(
        parameter,
        $"Directions: direction {direction:N0} is all zeros. Each is divided by its own length, which must be above 0; leave that row out.");

    public static ArgumentOutOfRangeException NoSuchDirection(int index, int count, string parameter) => OutOfRange(
        parameter,
        $"Directions: direction {index:N0} was asked for. There are {count:N0}, counted from 0; use an index below that.");

    public static ArgumentOutOfRangeException NoTokens(int tokenCount, string parameter) => OutOfRange(
        parameter,
        $"Visual tokens: the token count is {tokenCount:N0}. It must be 1 or more; do not prune an image without tokens.");

    public static ArgumentException NoTiles(string parameter) => Wrong(
        parameter,
        $"Visual tokens: the list of tile lengths is empty. It needs one length a tile; pass the token count where the image has one tile.");

    public static ArgumentException EmptyTile(int tile, int length, string parameter) => Wrong(
        parameter,
        $"Visual tokens: tile {tile:N0} has the length {length:N0}. Every tile needs 1 token or more; leave empty tiles out of the list.");

    public static ArgumentException TokenLength(long got, long tokenCount, int width, string parameter) => Wrong(
        parameter,
        $"Visual tokens: there are {got:N0} values for {tokenCount:N0} tokens. Expected {tokenCount:N0} x {width:N0} = {tokenCount * width:N0}; check that the encoder output is taken before the projector.");

    public static ArgumentException TokenNotFinite(int token, int element, float value, string parameter) => Wrong(
        parameter,
        $"Visual tokens: token {token:N0} has the value {value} at element {element:N0}. All values must be finite; check the encoder, half precision overflows at 65,504.");

    public static ZooPruneException ProjectionNotFinite(string what, Type projector, int token, float value) => new(
        Text($"Projector {projector.Name}: the {what} of token {token:N0} is {value}. It must be finite; check the projector's weights and the range of the visual tokens."));

    public static ZooPruneException UnknownKernels(string asked, IEnumerable<string> available) => new(
        Text($"Environment variable {TokenKernels.Variable}: '{asked}' is no kernel set of this machine. Available are {string.Join(", ", available)}; use one of them or unset the variable."));

    private static ArgumentException Wrong(string? parameter, FormattableString message) => new(Text(message), parameter);

    private static ArgumentOutOfRangeException OutOfRange(string? parameter, FormattableString message) => new(parameter, Text(message));

    private static string Text(FormattableString message) => message.ToString(CultureInfo.InvariantCulture);
}
