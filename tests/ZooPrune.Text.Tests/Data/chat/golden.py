"""Writes golden.json: small templates, variables, and what Python's Jinja renders with the settings of Hugging Face transformers.

    pip install jinja2==3.1.6 && python golden.py

"result" is the text; null means that Jinja raises. "strict" marks cases that we refuse although Jinja renders them.
"""

import json
import os
from datetime import datetime

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime(2024, 7, 4, 9, 5, 3)


class Generation(jinja2.ext.Extension):
    """transformers marks the assistant's words with {% generation %}; for the text it is a block like any other."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def text(role, content):
    return {"role": role, "content": content}


IMAGE = {"type": "image"}
ASK = [text("user", [IMAGE, {"type": "text", "text": "What is in the picture?"}])]
TWO = [text("user", [{"type": "text", "text": " Compare "}, IMAGE, {"type": "text", "text": "and"}, IMAGE]),
       text("assistant", [{"type": "text", "text": "Both are red."}]),
       text("user", [{"type": "text", "text": "Which is larger?\n"}])]
PLAIN = [text("system", "Be brief. "), text("user", " Hi!\n"), text("assistant", "Hello."), text("user", "Zwölf 😀 \"q\" 'r'?")]
TOOLS = [{"type": "function", "function": {"name": "look", "description": "Größe <of> it", "parameters": {
    "type": "object", "properties": {"at": {"type": "array", "items": {"type": "number"}}}, "required": ["at"]}}}]
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}

# The shapes that public models have, written from how each format is documented.
VICUNA = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] | trim }} {% set rest = messages[1:] %}
{% else %}{% set rest = messages %}{% endif %}
{% for m in rest %}
{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) -%}
{{ raise_exception('Roles must alternate user/assistant') }}
{%- endif -%}
{%- if m['role'] == 'user' -%}
USER: {{ m['content'].strip() }} {% else -%}
ASSISTANT: {{ m['content'].strip() }}{{ eos_token }}
{%- endif -%}
{%- endfor -%}
{% if add_generation_prompt %}ASSISTANT:{% endif %}"""
CHATML = """{% for message in messages %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{%- endfor %}
{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
"""
LLAMA3 = """{{- bos_token }}
{#- The date and the system message come first. #}
{%- if not date_string is defined %}{% set date_string = strftime_now("%d %b %Y") %}{% endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}{{- "Environment: ipython\\n" }}{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if message.content is string %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- else %}
        {{- '<|start_header_id|>' ~ message.role ~ '<|end_header_id|>\\n\\n' }}
        {%- for content in message['content'] %}
            {%- if content['type'] == 'image' %}{{- '<|image|>' }}
            {%- elif content['type'] == 'text' %}{{- content['text'] | trim }}{%- endif %}
        {%- endfor %}
        {{- '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
MISTRAL = """{%- if messages[0]["role"] == "system" %}
    {%- set system = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set ns = namespace(index=0) %}
{{- bos_token }}
{%- for m in loop_messages %}
    {%- if (m["role"] == "user") != (ns.index % 2 == 0) %}
        {{- raise_exception("Roles must alternate") }}
    {%- endif %}
    {%- set ns.index = ns.index + 1 %}
    {%- if m["role"] == "user" %}
        {{- "[INST]" }}
        {%- if loop.last and system is defined %}{{- system + "\\n\\n" }}{%- endif %}
        {%- if m["content"] is not string %}
            {%- for c in m["content"] %}
                {%- if c["type"] == "text" %}{{- c["text"] }}{%- elif c["type"] == "image" %}{{- "[IMG]" }}{%- endif %}
            {%- endfor %}
        {%- else %}{{- m["content"] }}{%- endif %}
        {{- "[/INST]" }}
    {%- elif m["role"] == "assistant" %}
        {{- " " + (m["content"] if m["content"] is string else m["content"] | map(attribute="text") | join) + eos_token }}
    {%- endif %}
{%- endfor %}"""
QWEN = """{% set image_count = namespace(value=0) %}{% for message in messages %}
{% if loop.first and message['role'] != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}<|im_end|>
{% else %}{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}
{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>
{%- elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
TOOL_USE = """{%- macro kind(p) -%}
{%- if p.type == 'array' -%}list[{{ kind(p['items']) }}]{%- elif p.type == 'object' -%}{
{%- for name, value in p.properties.items() -%}{{ name }}: {{ kind(value) }}{{ ', ' if not loop.last }}{%- endfor -%}}
{%- else -%}{{ p.type or 'any' }}{%- endif -%}
{%- endmacro -%}
{% for tool in tools %}{{ tool.function.name }}({{ kind(tool.function.parameters) }}) {{ tool | tojson }}
{% endfor %}"""
INTERLEAVE = """{% for m in messages %}{{'<|im_start|>' + m['role'] + ' '}}{# images first #}{% for c in m['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}{% if m['role'] != 'assistant' %}{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}{{ '\\n' + c['text'] }}{% endfor %}{% else %}{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}{% generation %}{{ '\\n' + c['text'] }}{% endgeneration %}{% endfor %}{% endif %}{{'<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""
SHAPES = {"vicuna": VICUNA, "chatml": CHATML, "llama3": LLAMA3, "mistral": MISTRAL, "qwen2-vl": QWEN, "tools": TOOL_USE, "interleave": INTERLEAVE}

# Expressions, each rendered as {{ ... }} over VARIABLES; ";;" stands between two.
VARIABLES = {
    "n": 7, "f": 2.5, "t": True, "e": "", "s": "  Hello wörld 😀! ", "w": "one two  three", "none_value": None,
    "l": [3, 1, 2], "d": {"b": 2, "a": [1, "x", None], "items": 5}, "m": TWO, "p": PLAIN,
    "q": "it's \"so\"\n\t\\ \u200b\u00e9",
}
EXPRESSIONS = r"""
1 + 2 * 3 - 4 ;; 7 / 2 ;; 8 / 2 ;; -7 // 2 ;; 7 // -2 ;; -7 % 3 ;; 7 % -3 ;; 2 ** 10 ;; 2 ** 3 ** 2 ;; 2 ** -1 ;; -2 ** 2 ;; 7.5 // 2 ;; -7.5 % 2
1e3 ;; 1e16 ;; 1.5e-7 ;; 0.1 + 0.2 ;; 100000.0 ;; 123456789012345680.0 ;; 1_000 ;; 1 / 3 ;; 5.0 ;; -0.0 ;; 1e22 ;; 3.0e-5 ;; 0.0001
9.9999999999999999e22 ;; 1e15 ;; 2.0 ** 70 ;; 9007199254740993.0
n ~ f ~ t ~ none_value ~ undefined_thing ~ 'x' ;; 'a' 'b' "c" ;; 'a' * 3 ;; [1] + [2] ;; (1, 2) + (3,) ;; true + true ;; -true
1 < 2 < 3 ;; 1 < 2 > 5 ;; 1 == 1.0 ;; true == 1 ;; 'a' < 'b' ;; [1, 2] < [1, 3] ;; 1 != 2 ;; '1' == 1 ;; none == none ;; {} == {} ;; (1,) == [1]
{'a': 1, 'b': [2]} == {'b': [2], 'a': 1} ;; undefined_a == undefined_b ;; '😀' > '\uffee'
not n or e ;; n and e ;; e or 'x' ;; n and 'y' ;; not not n ;; 1 in l ;; 5 not in l ;; 'wör' in s ;; 'b' in d ;; 'x' in undefined_thing ;; not 1 in l
'a' if n else 'b' ;; 'a' if e else 'b' ;; ('a' if e) ;; 'a' if e else 'b' if n else 'c' ;; ('a' if e) is defined ;; (1 if e else 2) + 1
l[0] ;; l[-1] ;; l[5] ;; l[5] is defined ;; d['b'] ;; d.b ;; d['zz'] ;; d.zz is undefined ;; d.items is callable ;; d['items'] ;; m[0].content[1].type ;; l.0
l[1:] ;; l[:-1] ;; l[::-1] ;; l[::2] ;; l[-2:] ;; l[5:] ;; l[2:0:-1] ;; l[:0] ;; s[2:7] ;; s[-3:] ;; s[::-1] ;; (1, 2, 3)[1:] ;; w[::3] ;; l[-100:100] ;; l[100::-1]
s ;; q ;; [q] ;; [s] ;; d ;; l ;; (1,) ;; () ;; [] ;; {} ;; [none, true, 1.5, 'x'] ;; {'k': (1, 2)} ;; {1: 'a', none: 2, 2.5: true} ;; {'a': 1, 'a': 2} ;; [[], {}]
s.strip() ;; s.lstrip() ;; s.rstrip() ;; 'xxayx'.strip('x') ;; 'xyaxy'.lstrip('yx') ;; 'xay'.rstrip('xy') ;; s.upper() ;; s.lower() ;; "a-b c'd".title()
'hELLO'.capitalize() ;; w.split() ;; w.split(' ') ;; w.split(' ', 1) ;; w.split('e')[-1] ;; 'a\n\n\nb'.rsplit('\n\n', 1) ;; 'a,b,c'.rsplit(',', 1) ;; ''.split() ;; ''.split(',')
'a\nb\r\nc\n'.splitlines() ;; 'k=v=w'.partition('=') ;; 'k=v=w'.rpartition('=') ;; 'kv'.partition('=') ;; w.replace('o', '0') ;; w.replace('o', '0', 1)
w.startswith('one') ;; w.endswith(('x', 'three')) ;; w.startswith(('a', 'b')) ;; w.find('two') ;; s.find('!') ;; w.find('zz') ;; w.rfind('e') ;; w.index('t') ;; w.count('e')
', '.join(['a', 'b']) ;; 'abcabc'.removeprefix('abc') ;; 'abcabc'.removesuffix('abc') ;; ' '.isspace() ;; '12'.isdigit() ;; 'ab'.isalpha() ;; 'AB'.isupper() ;; 'ab'.islower()
d.get('b') ;; d.get('zz') ;; d.get('zz', 'x') ;; d.keys() | length ;; d.values() | list ;; l.index(1) ;; l.count(3) ;; d.items() | length
s | upper | trim ;; s | lower ;; w | capitalize ;; "don't (stop) a-b" | title ;; 'ÉCOLE' | lower ;; w | replace('o', '0') ;; 5 | string + 'x' ;; none | string
s | length ;; l | length ;; d | length ;; e | length ;; undefined_thing | length ;; 'abc' | first ;; 'abc' | last ;; l | first ;; [] | first is defined ;; l | last
l | join(', ') ;; l | join ;; m | map(attribute='role') | join('/') ;; p | join('+', attribute='role') ;; [1, none, true] | join(',') ;; 'abc' | join('-')
'abc' | list ;; d | list ;; l | sort ;; l | sort(reverse=true) ;; ['b', 'A', 'c'] | sort ;; ['b', 'A', 'c'] | sort(case_sensitive=true) ;; p | sort(attribute='role') | map(attribute='role') | list
[1, 2, 1, 'a', 'A'] | unique | list ;; l | reverse | list ;; 'abc' | reverse ;; d | dictsort ;; {'B': 1, 'a': 2} | dictsort ;; {'b': 1, 'a': 2} | dictsort(by='value', reverse=true)
l | min ;; l | max ;; [] | max is defined ;; l | sum ;; [0.5, 1] | sum ;; p | map(attribute='content') | map('length') | list ;; l | map('string') | list
l | select('odd') | list ;; l | reject('odd') | list ;; [0, 1, '', 'x'] | select | list ;; p | selectattr('role', 'equalto', 'user') | list | length
p | rejectattr('role', 'in', ['user', 'system']) | map(attribute='content') | list ;; [{'a': 1}, {}] | selectattr('a') | list ;; [{'a': 1}, {}] | selectattr('a', 'defined') | list
[{'a': {'b': 1}}] | map(attribute='a.b') | list ;; [[1, 2]] | map(attribute=1) | list ;; [{'a': 1}, {}] | map(attribute='a', default='-') | join ;; p | selectattr('role', '==', 'user') | first
undefined_thing | default('x') ;; e | default('x') ;; e | default('x', true) ;; none | d('x') ;; none_value | default('x', boolean=true) ;; d | items | list ;; undefined_thing | items | list
'42' | int ;; '4.9' | int ;; 'x' | int ;; 'x' | int(-1) ;; 3.9 | int ;; -3.9 | int ;; '1e3' | float ;; 'x' | float ;; 5 | float ;; -5 | abs ;; ' 7 ' | int ;; true | int
d | tojson ;; q | tojson ;; q | tojson(ensure_ascii=true) ;; d | tojson(indent=2) ;; m[1] | tojson(sort_keys=true) ;; [1.0, 1e30, -0.5] | tojson ;; [] | tojson(indent=2) ;; d | tojson(separators=(',', ':')) ;; s | tojson(ensure_ascii=true)
n is number ;; f is number ;; t is number ;; s is string ;; d is mapping ;; l is iterable ;; l is sequence ;; d is sequence ;; s is sequence ;; n is iterable ;; undefined_thing is iterable
n is odd ;; n is even ;; n is divisibleby 3 ;; n is divisibleby(7) ;; n is defined and n is not none ;; none_value is none ;; n is integer ;; f is float ;; t is boolean ;; t is true ;; n is not string
3 in (l | select('odd')) ;; 2 in (l | select('odd')) ;; n is eq 7 ;; n is gt(5) ;; n is in [7, 8] ;; n is ne 7 ;; n is sameas none ;; none is sameas none ;; 'ab' is lower ;; 'AB' is upper ;; range is callable ;; n is not defined
(l | select('odd')) is iterable ;; (l | select('odd')) is sequence ;; 'y' if (l | select('gt', 100)) else 'n' ;; d.keys() is sequence ;; 'y' if d.keys() else 'n'
range(3) | list ;; range(1, 4) | list ;; range(5, 0, -2) | list ;; range(3)[1] ;; range(10)[2:4] | list ;; dict(a=1, b=2) ;; dict({'x': 1}, y=2) ;; strftime_now('%d %b %Y, %H:%M:%S %A %j %p %I %y %%')
"\x41\u00e9\U0001F600\t|\q" ;; '\\n' ;; "it's" ;; 'say "x"' ;; (1 if true else 2, 3) ;; n.real_thing is defined ;; namespace(a=1).a ;; namespace({'a': 3}, b=2).b
w | indent(2) ;; 'a\n\nb' | indent ;; 'a\nb' | indent('> ', first=true) ;; 'a\n\nb' | indent(1, blank=true) ;; (('a'))|upper ;; -n|abs ;; n|string|length
"""

# Whole templates over VARIABLES.
TEMPLATES = [
    "{% for x in [1,2] %}{% set y = loop.index %}{% endfor %}{{ y }}", "{{ 'x'|int(default=5) }}", "{{ 'a b'.split(' ', 0) }}", "{% set x %}{% set y = 1 %}{% endset %}{{ y }}", "{% filter upper %}{% set y='q' %}{% endfilter %}{{ y }}", "{% generation %}{% set y='q' %}{% endgeneration %}{{ y }}",
    "{% if true %}{% macro f() %}1{% endmacro %}{% endif %}{{ f() }}", "{{ ['a', 'b']|join(1) }}", "{{ 'a'~1|string }}", "{{ not x is defined }}", "{{ 2 - -1 }}", "{{ 'a'|replace('a', 1) }}", "{{ loop is defined }}", "{{ 1 is in [1] }}", "{{ 'x' is in('xy') }}", "{{ 'ab'[0]|upper }}", "{{ 'ab'.upper()[0] }}", "{{ (1 > 0) ~ '' }}",
    "{% set g = l | map('string') %}{{ g | first }}{{ '1' in g }}{% for x in g %}{{ x }}{% endfor %}{{ g | list }}",
    "a\n  {% if t %}\n  b\n  {% endif %}\nc\n", "a  {%- if t -%}  b  {%- endif -%}  c", "  {%+ if t %}x{% endif +%}\n y", "{# c #}\nx {# d -#}  y\n  {# e #}\n",
    "{{ n }}\n\n", "{{- n -}}  \n x", "x  \n  {{- n }}", "\n\n{% if t %}\n\n{% endif %}\n", "a {% raw %} {{ x }} {% if %} {% endraw %} b", "{%- raw -%}  x  {%- endraw -%}  y",
    "   {% set x = 1 %}   {{ x }}", "\t{% set x = 1 %}\n\t{{ x }}\r\n{{ x }}\rb", "{% for x in l %}{{ x }},{% endfor %}", "{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}",
    "{% for x in [] %}x{% else %}none{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for c in 'a😀' %}[{{ c }}]{% endfor %}",
    "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.previtem }}|{{ loop.nextitem }}|{{ loop.cycle('a', 'b') }}|{{ loop.depth }} {% endfor %}",
    "{% for x in l %}{% for y in l %}{{ loop.index }}{{ loop.depth0 }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for x in l %}{% if loop.previtem is defined and loop.previtem > x %}<{% endif %}{{ x }}{% endfor %}",
    "{% set x = 0 %}{% for i in l %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% if e %}a{% elif n == 7 %}b{% else %}c{% endif %}", "{% if e %}a{% elif e %}b{% else %}c{% endif %}", "{% if t %}{% set z = 3 %}{% endif %}{{ z }}", "{% set a, b = 1, 2 %}{{ b }}{{ a }}", "{% set a = 1, 2 %}{{ a }}",
    "{% set x %}a{{ n }}b{% endset %}{{ x }}{{ x|length }}", "{% set x | upper | trim %} ab {% endset %}[{{ x }}]", "{% filter upper %}ab{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aa{% endfilter %}",
    "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}", "{% macro f(a, b='x') %}{{ a }}-{{ b }};{% endmacro %}{{ f(1) }}{{ f(1, 2) }}{{ f(b=3, a=4) }}{{ f() }}", "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro f() %}{{ late }}{% endmacro %}{% set late = 'set' %}{{ f() }}", "{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}", "{% macro f() %}ab{% endmacro %}{{ f() | upper }}{{ f()|length }}",
    "{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% generation %}a{{ n }}{% endgeneration %}b", "{% set x = m | selectattr('role', 'equalto', 'user') %}{% for a in x %}1{% endfor %}{% for a in x %}2{% endfor %}",
    "{% for m in p[::-1] %}{{ m.role[0] }}{% endfor %}", "{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }} {% endfor %}", "{% for (a, b) in [(1, 2)] %}{{ a }}{{ b }}{% endfor %}", "{{ {'a': {'b': 1}}.a.b }}{{ {'}}': '%}'}['}}'] }}", "{{ '}}' }}{{ \"{% x %}\" }}",
    "{% if n is defined and n > 5 and not e %}ok{% endif %}", "{% for x in l %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}", "{{ x }}{% set x = 5 %}{{ x }}", "{% for x in l %}{% endfor %}{{ x }}{{ loop }}", "{% set l = l + [9] %}{{ l }}",
    "{% set messages = p %}{% for m in messages %}{% if not (loop.last or m.role != 'user') %}{{ m.content }}{% endif %}{% endfor %}", "a{# {{ x }} {% if %} #}b", "{ {{ '{' }} %} #} {", "{{ n }}}", "{%if t%}x{%endif%}", "{%- for x in l -%}\n  {{ x }}\n{%- endfor -%}\n", "  {{ n }}\n  {# c #}\n  {{ n }}",
    "{% for x in undefined_thing %}a{% else %}b{% endfor %}", "{{ undefined_thing }}|{{ d.nothing }}|{{ none }}", "{% set x = namespace() %}{% set x.a = 1 %}{{ x.a }}{{ x.b }}", "{{ 1, 2 }}", "{% if (1, 2) == (1, 2) %}y{% endif %}", "{%\n  set x = {\n 'a': 1,\n} %}{{ x.a }}",
]

# Jinja raises on each of these.
ERRORS = [
    "{{ x.y is defined }}", "{% if x.y %}1{% endif %}",
    "{{ undefined_thing.a }}", "{{ undefined_thing['a'] }}", "{{ undefined_thing + 1 }}", "{{ undefined_thing() }}", "{{ 1 + 'a' }}", "{{ 'a' + 1 }}", "{{ [1] + (2,) }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ none < 1 }}", "{{ 'a' < 1 }}", "{{ d < d }}",
    "{{ n | length }}", "{{ none | length }}", "{% for x in n %}{% endfor %}", "{% for x in none %}{% endfor %}", "{{ 'a' in none }}", "{{ 1 in 'a' }}", "{{ n() }}", "{{ s.nothing() }}", "{{ raise_exception('no') }}", "{{ n | nothing }}", "{{ n is nothing }}",
    "{% if t %}", "{% endif %}", "{% for x in l %}", "{% nothing %}", "{{ ", "{{ n", "{% if t", "{# ", "{{ 1 + }}", "{{ (1 }}", "{{ [1, 2 }}", "{{ {'a' 1} }}", "{{ 'abc }}", "{{ n ! }}", "{{ n & 1 }}", "{{ a b }}", "{{ }}", "{% if %}{% endif %}", "{% set %}", "{% set x 1 %}",
    "{% set n.x = 1 %}", "{% for in l %}{% endfor %}", "{% for x l %}{% endfor %}", "{% else %}", "{% break %}", "{{ n | }}", "{{ n is }}", "{{ d. }}", "{{ l[ }}", "{% macro f(a %}{% endmacro %}", "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(c=1) }}",
    "{% set a, b = 1, 2, 3 %}", "{% for a, b in l %}{% endfor %}", "{{ w.strip(1) }}", "{{ w.split('') }}", "{{ w.index('zz') }}", "{{ ', '.join([1]) }}", "{{ (l | select('odd')) | length }}", "{{ [undefined_thing] | tojson }}", "{{ l | map('nothing') | list }}", "{{ l | first(1) }}",
    "{{ l.append(1) }}", "{{ d.update({}) }}", "{{ d.pop('a') }}", "{{ s.__class__.__mro__ }}", "{{ l.__class__() }}", "{{ range(1000000) }}", "{% set none = 1 %}", "{{ 1 if }}", "{{ 'a' is string is string }}", "{{ undefined_thing | int }}", "{{ [1, 'a'] | sort }}", "{{ l[::0] }}",
    "{{ n if t else }}", "{% if t %}{% else %}{% elif t %}{% endif %}", "{{ -s }}", "{{ 007 }}", "{{ strftime_now() }}", "{{ [1] - [1] }}", "{{ )( }}", "{{ 'a'.split(',', 'x') }}", "{{ loop.index }}", "{% include 'x' %}", "{% import 'x' as y %}{{ y }}", "{% extends 'x' %}",
]

# Jinja renders these; we refuse, and say so.
STRICT = [
    "{{ 'abc'.replace('', '-') }}", "{{ 'a b c'.split(None, 1) }}", "{% for x in m recursive %}{% endfor %}",
    "{{ d.keys() }}", "{{ range(3) }}",
    "{% raw %}", "{{ l[] }}",
    "{{ 'a %s' % 1 }}", "{{ '{}'.format(1) }}", "{{ n | pprint }}", "{{ 's' | safe }}", "{{ 's' | e }}", "{{ 2 ** 64 }}", "{{ 'ß' | upper }}", "{{ 'ΟΔΟΣ' | lower }}", "{{ cycler('a').next() }}", "{{ f.is_integer() }}", "{% block x %}{% endblock %}",
    "{% macro f() %}{{ varargs }}{% endmacro %}{{ f() }}", "{% call(x) m() %}{% endcall %}", "{{ 0x1f }}", "{{ l * 2 }}", "{{ [1, 2] | groupby(0) }}", "{{ 'a'.center(9) }}", "{{ dict(**d) }}", "{{ m.__class__ is defined }}", "{{ l | select('odd') }}", "{{ strftime_now('%U') }}",
]


def case(template, variables, strict=False):
    try:
        result = environment().from_string(template).render(**variables)
        if " object at 0x" in result or "<built-in" in result:
            result = None
    except Exception:
        result = None
    return {"template": template, "strict": strict, "result": result}


def main():
    cases = [case("{{ " + e + " }}", VARIABLES) for line in EXPRESSIONS.strip().split("\n") for e in line.split(" ;; ")] + [case(t, VARIABLES) for t in TEMPLATES]
    for one in cases:
        if one["result"] is None:
            print("raises, but is meant to render:", one["template"])
    errors = [case(t, VARIABLES) for t in ERRORS]
    for one in errors:
        if one["result"] is not None:
            print("renders, but is meant to raise:", one["template"], repr(one["result"]))
    strict = [case(t, VARIABLES, strict=True) for t in STRICT]
    chats = []
    for name, template in SHAPES.items():
        for conversation in (ASK, TWO, PLAIN, PLAIN[1:], PLAIN[2:]):
            for more in ({"add_generation_prompt": True}, {"add_generation_prompt": False, "tools": TOOLS}, {"add_vision_id": True}):
                variables = {"messages": conversation, "tools": None, "documents": None, "add_generation_prompt": True} | SPECIAL | more
                chats.append({"name": name, "variables": variables, "result": case(template, variables)["result"]})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"jinja2": jinja2.__version__, "now": NOW.isoformat(), "variables": VARIABLES, "cases": cases + errors + strict,
                   "shapes": SHAPES, "chats": chats}, file, indent=1)
        file.write("\n")
    print(len(cases), "rendered,", len(errors), "errors,", len(strict), "strict,", len(chats), "chats")


if __name__ == "__main__":
    main()
