namespace Microsoft.ML;

/// <summary>Names a part that can be found again.</summary>
public abstract class ExtensionBaseAttribute : Attribute
{
    private protected ExtensionBaseAttribute(string contractName) => ContractName = contractName;

    /// <summary>The name.</summary>
    public string ContractName { get; }
}
