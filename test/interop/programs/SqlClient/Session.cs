using System.Text.Json.Nodes;
using Microsoft.Data.SqlClient;

/// <summary>One physical connection (never pooled) and what a batch on it answers, in the order in which the driver tells.</summary>
internal sealed class Session : IDisposable
{
    private readonly SqlConnection connection;
    private SqlCommand? running;
    private JsonArray messages = [];

    public Session(string text, JsonNode? ntlm)
    {
        connection = new SqlConnection(text + ";Pooling=false;ConnectRetryCount=0");
        // Errors below severity 17 arrive as messages too: the batch goes on after them, and their place among the others is kept.
        connection.FireInfoMessageEventOnUserErrors = true;
        connection.InfoMessage += (_, said) => { foreach (SqlError one in said.Errors) messages.Add(Message(one)); };
        if (ntlm is not null) connection.SspiContextProvider = new NtlmContext(ntlm);
    }

    public async Task<JsonObject> Open()
    {
        try { await connection.OpenAsync(); }
        catch (Exception error) { return Failed(error); }
        messages = [];
        return new JsonObject();
    }

    public JsonObject Run(string sql, JsonObject? parameters, bool countOnly)
    {
        messages = [];
        var sets = new JsonArray();
        using var command = new SqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var (name, value) in parameters ?? []) command.Parameters.Add(Values.Parameter(name, value));
        running = command;
        try
        {
            // Not ReadAsync: it reads a value of many packets again from its beginning with every packet.
            using var reader = command.ExecuteReader();
            do if (reader.FieldCount > 0) sets.Add(Set(reader, countOnly));
            while (reader.NextResult());
        }
        catch (Exception error)
        {
            var failed = Failed(error);
            failed["sets"] = sets;
            return failed;
        }
        finally { running = null; }
        return new JsonObject { ["sets"] = sets, ["messages"] = messages };
    }

    /// <summary>An attention, as a person who presses Cancel.</summary>
    public void Cancel() => running?.Cancel();

    public void Dispose() => connection.Dispose();

    private static JsonObject Set(SqlDataReader reader, bool countOnly)
    {
        var columns = new JsonArray();
        for (var i = 0; i < reader.FieldCount; i++) columns.Add(reader.GetName(i));
        var rows = new JsonArray();
        long characters = 0;
        while (reader.Read())
        {
            var row = new JsonArray();
            for (var i = 0; i < reader.FieldCount; i++)
                if (countOnly) characters += reader.GetString(i).Length;
                else row.Add(Values.Text(reader, i));
            if (!countOnly) rows.Add(row);
        }
        return new JsonObject { ["columns"] = columns, ["rows"] = rows, ["characters"] = characters };
    }

    private JsonObject Failed(Exception error)
    {
        if (error is SqlException sql)
            foreach (SqlError one in sql.Errors) messages.Add(Message(one));
        return new JsonObject { ["messages"] = messages, ["failure"] = Failure.Of(error), ["open"] = connection.State.ToString() };
    }

    /// <summary>`server` is empty for what the driver says itself.</summary>
    private static JsonObject Message(SqlError one) => new()
    {
        ["number"] = one.Number, ["severity"] = (int)one.Class, ["state"] = (int)one.State, ["text"] = one.Message,
        ["server"] = one.Source, ["procedure"] = one.Procedure,
    };
}

internal static class Failure
{
    public static string Of(Exception error)
    {
        var all = new List<string>();
        for (var at = error; at is not null; at = at.InnerException!) all.Add($"{at.GetType().Name}: {at.Message}");
        return string.Join(" | ", all);
    }
}
