namespace ZooPrune;

/// <summary>Which of the functions called GELU stands between the two linear layers of a projector.</summary>
public enum GeluKind
{
    /// <summary>g(x) = x Phi(x), Phi the normal distribution: computed with erf (Hendrycks and Gimpel 2016).</summary>
    Exact,

    /// <summary>g(x) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2; differs from <see cref="Exact"/> by up to 0.0005.</summary>
    Tanh,

    /// <summary>g(x) = x / (1 + exp(-1.702 x)); differs from <see cref="Exact"/> by up to 0.02.</summary>
    Quick,
}
