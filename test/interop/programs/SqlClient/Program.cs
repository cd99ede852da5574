// Microsoft.Data.SqlClient driven by JSON lines: {id, op: open|batch|cancel|close, session, ...} in, {id, ...} out. No judgement here.
using System.Collections.Concurrent;
using System.Text.Json.Nodes;

var sessions = new ConcurrentDictionary<string, Session>();
var output = new object();
// One session's requests wait for one another; those of different sessions do not.
while (await Console.In.ReadLineAsync() is { } line)
{
    var request = JsonNode.Parse(line)!;
    _ = Task.Run(async () =>
    {
        JsonObject answer;
        try { answer = await Answer(request); }
        catch (Exception error) { answer = new JsonObject { ["failure"] = Failure.Of(error) }; }
        answer["id"] = request["id"]!.DeepClone();
        lock (output) Console.Out.WriteLine(answer.ToJsonString());
    });
}

async Task<JsonObject> Answer(JsonNode request)
{
    var name = (string)request["session"]!;
    switch ((string)request["op"]!)
    {
        case "open":
            var session = new Session((string)request["connection"]!, request["ntlm"]);
            sessions[name] = session;
            return await session.Open();
        case "batch":
            return sessions[name].Run((string)request["sql"]!, request["parameters"]?.AsObject(), (bool?)request["countOnly"] ?? false);
        case "cancel":
            sessions[name].Cancel();
            return new JsonObject();
        default:
            if (sessions.TryRemove(name, out var ended)) ended.Dispose();
            return new JsonObject();
    }
}
