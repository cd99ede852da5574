using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Text.Json.Nodes;
using Microsoft.Data.SqlClient;

/// <summary>Windows credentials by name and password: the driver alone knows only those of the process.</summary>
internal sealed class NtlmContext(JsonNode account) : SspiContextProvider
{
    private readonly NegotiateAuthentication client = new(new NegotiateAuthenticationClientOptions
    {
        Package = "NTLM",
        Credential = new NetworkCredential((string)account["user"]!, (string)account["password"]!, (string)account["domain"]!),
    });

    protected override bool GenerateContext(ReadOnlySpan<byte> incomingBlob, IBufferWriter<byte> outgoingBlobWriter, SspiAuthenticationParameters authParams)
    {
        var outgoing = client.GetOutgoingBlob(incomingBlob, out var status);
        if (outgoing is not null) outgoingBlobWriter.Write(outgoing);
        return status is NegotiateAuthenticationStatusCode.Completed or NegotiateAuthenticationStatusCode.ContinueNeeded;
    }
}
