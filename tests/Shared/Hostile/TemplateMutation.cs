using System.Text;

namespace ZooPrune.Tests;

/// <summary>Changes of a chat template: pieces of the language put where they do not belong.</summary>
internal static class TemplateMutation
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "{%- endfor %}", "{%- endif %}", "{% for m in messages %}", "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "{{ 'x' * 2147483647 }}", "{{ ('x' * 100000) | length }}",
        "{{ [0] * 1000000000 }}", "{{ 10 ** 100000 }}", "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775808 // -1 }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}",
        "{{ messages[99999999999999999999] }}", "{{ messages[-9] }}", "{{ messages[0]['content'][::0] }}", "{{ 'abc'[9223372036854775807:-9223372036854775807:-1] }}",
        "{{ messages.__class__.__mro__ }}", "{{ ''.join(messages) }}", "{{ messages | tojson }}", "{{ messages | tojson(indent=1000000) }}", "{{ raise_exception('no') }}",
        "{{ strftime_now('%Y') }}", "{{ strftime_now('%') }}", "{% set x = x %}", "{% set ns = namespace(a=1) %}{% set ns.a = ns %}{{ ns }}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% include 'x' %}", "{{ 'a'.replace('', 'bb') }}", "{{ 'a'.split('') }}", "{{ '{}'.format(1) }}", "{{ caller() }}", "{{ loop.index }}", "{{ not }}", "{{ 1 if }}",
        "{{ x.y.z }}", "{{ 'é'|upper|lower|trim|title }}", "{{ '%s' % 1 }}", "'", "\"", "\\", "\0", "(", ")", "[", "]", "|", "~", "\uFFFD", "-%}", "{%-",
    ];

    /// <summary>What can be nested.</summary>
    private static readonly string[] Openings = ["(", "[", "{{ ", "not ", "-", "{% if 1 %}", "{% for a in 'b' %}", "{'a':", "a.", "a~"];

    public static byte[] Apply(byte[] template, Random random)
    {
        string text = Encoding.UTF8.GetString(template);
        for (int count = random.Next(1, 4); count > 0; count--)
        {
            int place = random.Next(text.Length + 1);
            text = random.Next(5) switch
            {
                0 => text.Insert(place, Repeat(Openings[random.Next(Openings.Length)], 20_000)),
                1 => text.Remove(place, random.Next(Math.Min(text.Length - place, 30) + 1)),
                _ => text.Insert(place, Pieces[random.Next(Pieces.Length)]),
            };
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static string Repeat(string piece, int times) => new StringBuilder().Insert(0, piece, times).ToString();
}
