namespace ZooPrune.Samples;

/// <summary>Refuses questions that a page of another site sends through the user's browser. Programs send no Origin and pass.</summary>
internal static class SameOrigin
{
    /// <summary>Middleware.</summary>
    public static Task Require(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return next(context);
        }

        string? origin = request.Headers.Origin;
        string? site = request.Headers["Sec-Fetch-Site"];
        bool isOwn = (origin is null || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            && site is null or "same-origin" or "none";
        return isOwn ? next(context) : Refusal.ForeignOrigin().WriteAsync(context);
    }
}
