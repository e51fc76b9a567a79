namespace ZooPrune.Tests;

/// <summary>Templates that are small and ask for much, each by what it is about.</summary>
internal static class HostileTemplates
{
    private const string Long = "{% set b='a'*3000000 %}";
    private const string Loop = "{% for i in range(100000) %}";
    private const string End = "{% endfor %}";

    /// <summary>A list of n references to a long text, made of lists of lists joined.</summary>
    private const string Many = Long + "{% set ns=namespace(l=[b]) %}{% for i in range(12) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{% set l=ns.l %}";

    private static readonly string Parameters = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"p{i}"));

    private static readonly string Named = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"p{i}=1"));

    private static readonly string Wide = "{% set d={" + string.Join(',', Enumerable.Range(0, 20000).Select(i => $"{i}:1")) + "} %}";

    private static readonly string Deep = string.Concat(Enumerable.Range(0, 90).Select(i => $"{{% for v{i} in [1] %}}"));

    public static IReadOnlyList<(string What, string Source)> All { get; } =
    [
        ("length", Long + Loop + "{% if b|length %}{% endif %}" + End),
        ("count", Long + Loop + "{% if b|count %}{% endif %}" + End),
        ("first", Long + Loop + "{% if b|first %}{% endif %}" + End),
        ("last", Long + Loop + "{% if b|last %}{% endif %}" + End),
        ("index", Long + Loop + "{% if b[1] %}{% endif %}" + End),
        ("index from the end", Long + Loop + "{% if b[-1] %}{% endif %}" + End),
        ("index in pairs", "{% set b='🙂'*900000 %}" + Loop + "{% if b[1] %}{% endif %}" + End),
        ("slice", Long + Loop + "{% if b[:1] %}{% endif %}" + End),
        ("for and break", Long + Loop + "{% for c in b %}{% break %}{% endfor %}" + End),
        ("for with a condition", Long + Loop + "{% for c in b if c == 'b' %}{% endfor %}" + End),
        ("dict", Wide + Loop + "{% set e=dict(d) %}" + End),
        ("namespace", "{% set d={" + string.Join(',', Enumerable.Range(0, 20000).Select(i => $"'k{i}':1")) + "} %}" + Loop + "{% set e=namespace(d) %}" + End),
        ("keys", Wide + Loop + "{% set e=d.keys() %}" + End),
        ("values", Wide + Loop + "{% set e=d.values() %}" + End),
        ("items", Wide + Loop + "{% set e=d.items() %}" + End),
        ("items filter", Wide + Loop + "{% set e=d|items %}" + End),
        ("dictsort", Wide + Loop + "{% set e=d|dictsort %}" + End),
        ("first of a dictionary", Wide + Loop + "{% set e=d|first %}" + End),
        ("list of a dictionary", Wide + Loop + "{% set e=d|list %}" + End),
        ("text as a key", Long + "{% set d={'a':1} %}" + Loop + "{% if d[b] %}{% endif %}" + End),
        ("text as a key of get", Long + "{% set d={'a':1} %}" + Loop + "{% if d.get(b) %}{% endif %}" + End),
        ("text as a key that is set", Long + Loop + "{% set d={b:1} %}" + End),
        ("text as a key of a number", Long + Loop + "{% if 1[b] %}{% endif %}" + End),
        ("text in a dictionary", Long + "{% set d={'a':1} %}" + Loop + "{% if b in d %}{% endif %}" + End),
        ("float", "{% set b='1'*3000000 %}" + Loop + "{% if b|float %}{% endif %}" + End),
        ("int", "{% set b='1'*3000000 %}" + Loop + "{% if b|int(0) %}{% endif %}" + End),
        ("int of blanks", "{% set b=' '*3000000 %}" + Loop + "{% if b|int(0) %}{% endif %}" + End),
        ("strftime_now", "{% set b='%Y'*1000000 %}" + Loop + "{% if strftime_now(b) %}{% endif %}" + End),
        ("strip with a long set", "{% set b='a'*3000000 %}{% set s='b'*2999999+'a' %}{{ b.strip(s) }}"),
        ("strip filter", "{% set b='a'*3000000 %}{% set s='b'*2999999+'a' %}{{ b|trim(s) }}"),
        ("rstrip", "{% set b='a'*1000000 %}{% set s='b'*999999+'a' %}" + Loop + "{% if b.rstrip(s) %}{% endif %}" + End),
        ("macro with parameters", "{% macro m(" + Parameters + ") %}{% endmacro %}" + Loop + "{% if m() %}{% endif %}" + End),
        ("macro with named arguments", "{% macro m(" + Parameters + ") %}{% endmacro %}{% for i in range(300) %}{% if m(" + Named + ") %}{% endif %}" + End),
        ("numbers of one hash", "{{ range(0, 429496729600000, 4294967296)|unique|list|length }}"),
        ("find", "{% set b='a'*3000000 %}{% set p='a'*900000+'b'+'a'*900000 %}{{ b.find(p) }}"),
        ("rfind", "{% set b='a'*3000000 %}{% set p='a'*900000+'b'+'a'*900000 %}{{ b.rfind(p) }}"),
        ("in", "{% set b='a'*3000000 %}{% set p='a'*900000+'b'+'a'*900000 %}{{ p in b }}"),
        ("count method", "{% set b='a'*3000000 %}{% set p='a'*900000+'b'+'a'*900000 %}{{ b.count(p) }}"),
        ("replace", "{% set b='a'*3000000 %}{% set p='a'*900000+'b'+'a'*900000 %}{{ b.replace(p, '')|length }}"),
        ("split", "{% set b='a'*1500000 %}{% set p='a'*400000+'b'+'a'*400000 %}{{ b.split(p)|length }}"),
        ("partition", "{% set b='a'*3000000 %}{% set p='a'*900000+'b'+'a'*900000 %}{{ b.partition(p)|length }}"),
        ("startswith", Long + "{% set c=b+'c' %}" + Loop + "{% if c.startswith((b+'b',)) %}{% endif %}" + End),
        ("sort by lower case", Many + "{{ l|sort|length }}"),
        ("max of long texts", Many + "{{ l|max|length }}"),
        ("unique of long texts", Many + "{{ l|unique|list|length }}"),
        ("map of a path", "{% set p='a.'*100000 %}" + Loop + "{% set x=[{}]|map(attribute=p)|list %}" + End),
        ("long names", "{% set " + new string('a', 400_000) + "=1 %}" + Loop + "{% if " + new string('a', 400_000) + " %}{% endif %}" + End),
        ("names far out", Deep + Loop + "{% if undefined_name %}{% endif %}{% if other %}{% endif %}" + End + string.Concat(Enumerable.Repeat(End, 90))),
        ("title", Long + Loop + "{% if b|title %}{% endif %}" + End),
        ("indent", "{% set b='\n'*3000000 %}" + Loop + "{% if b|indent %}{% endif %}" + End),
        ("tojson", Many + "{{ l|tojson|length }}"),
        ("join", Many + "{{ l|join|length }}"),
        ("reverse", Long + Loop + "{% if b|reverse %}{% endif %}" + End),
        ("unpacking", Long + Loop + "{% for x, y in [b] %}{% endfor %}" + End),
        ("splitlines", "{% set b='a\n'*1000000 %}" + Loop + "{% if b.splitlines() %}{% endif %}" + End),
        ("comparison", Long + "{% set c='a'*2999999+'b' %}" + Loop + "{% if b == c %}{% endif %}" + End),
    ];
}
