using System.Globalization;
using System.Text;
using System.Xml;

namespace ZooPrune.Samples;

/// <summary>Writes an SVG picture: valid XML, texts as texts, nothing from outside.</summary>
internal sealed class SvgPage : IDisposable
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private readonly StringBuilder _text = new();
    private readonly XmlWriter _writer;

    /// <summary>Begins a picture.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="title">Its name, read aloud by screen readers.</param>
    /// <param name="description">What it shows, in words.</param>
    public SvgPage(int width, int height, string title, string description)
    {
        _writer = XmlWriter.Create(_text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" });
        _writer.WriteStartElement("svg", Namespace);
        Attributes(
        [
            ("viewBox", $"0 0 {width} {height}"), ("width", width), ("height", height), ("role", "img"),
            ("font-family", "Helvetica, Arial, sans-serif"),
        ]);
        Element("title", title);
        Element("desc", description);
    }

    /// <summary>A group; dispose what is returned to end it.</summary>
    public IDisposable Group(params (string Name, object Value)[] attributes)
    {
        _writer.WriteStartElement("g", Namespace);
        Attributes(attributes);
        return new GroupEnd(_writer);
    }

    /// <summary>A shape.</summary>
    public void Shape(string name, params (string Name, object Value)[] attributes)
    {
        _writer.WriteStartElement(name, Namespace);
        Attributes(attributes);
        _writer.WriteEndElement();
    }

    /// <summary>A shape that says what it is when pointed at.</summary>
    public void ShapeWithTitle(string name, string title, params (string Name, object Value)[] attributes)
    {
        _writer.WriteStartElement(name, Namespace);
        Attributes(attributes);
        Element("title", title);
        _writer.WriteEndElement();
    }

    /// <summary>A text on one line, its base line at (x, y).</summary>
    public void Text(double x, double y, string text, params (string Name, object Value)[] attributes)
    {
        _writer.WriteStartElement("text", Namespace);
        Attributes([("x", x), ("y", y), .. attributes]);
        _writer.WriteString(Allowed(text));
        _writer.WriteEndElement();
    }

    /// <summary>Ends the picture.</summary>
    /// <returns>The file, with a final newline.</returns>
    public string Finish()
    {
        _writer.WriteEndElement();
        _writer.Flush();
        return _text.Append('\n').ToString();
    }

    public void Dispose() => _writer.Dispose();

    private void Element(string name, string text) => _writer.WriteElementString(name, Namespace, Allowed(text));

    private void Attributes(IEnumerable<(string Name, object Value)> attributes)
    {
        foreach ((string name, object value) in attributes)
        {
            _writer.WriteAttributeString(name, Allowed(value is double number
                ? Math.Round(number, 2).ToString(CultureInfo.InvariantCulture)
                : Convert.ToString(value, CultureInfo.InvariantCulture)!));
        }
    }

    // A folder's name may hold characters that XML has no way to write.
    private static string Allowed(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD"));

    private sealed class GroupEnd(XmlWriter writer) : IDisposable
    {
        public void Dispose() => writer.WriteEndElement();
    }
}
