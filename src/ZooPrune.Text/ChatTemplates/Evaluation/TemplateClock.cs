using System.Globalization;
using System.Text;

namespace ZooPrune.Text;

/// <summary>strftime_now, with English names as in C's own locale.</summary>
internal static class TemplateClock
{
    public static string Format(DateTimeOffset now, string format)
    {
        var result = new StringBuilder();
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            at++;
            string code = at < format.Length ? format.Substring(at, 1) : "";
            string? pattern = code switch
            {
                "Y" => "yyyy",
                "y" => "yy",
                "m" => "MM",
                "b" => "MMM",
                "B" => "MMMM",
                "d" => "dd",
                "a" => "ddd",
                "A" => "dddd",
                "H" => "HH",
                "I" => "hh",
                "M" => "mm",
                "S" => "ss",
                "p" => "tt",
                "F" => "yyyy-MM-dd",
                "T" => "HH:mm:ss",
                "%" => "\\%",
                "j" => null,
                _ => throw Throw.TemplateUnsupported($"'%{code}' in a date"),
            };
            result.Append(pattern is null
                ? now.DayOfYear.ToString("000", CultureInfo.InvariantCulture)
                : now.ToString($" {pattern}", CultureInfo.InvariantCulture)[1..]);
        }

        return result.ToString();
    }
}
