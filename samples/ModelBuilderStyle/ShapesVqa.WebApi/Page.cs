using System.Net.Mime;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ZooPrune.Samples;

/// <summary>The files of the page, which lie inside the assembly.</summary>
internal static class Page
{
    /// <summary>Maps each file to its address.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/", "index.html", MediaTypeNames.Text.Html + "; charset=utf-8");
        Map(routes, "/app.css", "app.css", MediaTypeNames.Text.Css);
        Map(routes, "/app.js", "app.js", MediaTypeNames.Text.JavaScript);
        Map(routes, "/icon.svg", "icon.svg", MediaTypeNames.Image.Svg);
    }

    private static void Map(IEndpointRouteBuilder routes, string address, string name, string type)
    {
        byte[] file = Read(name);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8))}\"");
        routes.MapGet(address, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return Results.Bytes(file, type, entityTag: tag);
        });
    }

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(Page).Assembly.GetManifestResourceStream(name)!;
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return file;
    }
}
