// The door to the simulated estate that the Node double uses too: its control port, one JSON object per line.
using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EngineHost;

public static class EstateDoor
{
    private const string Hello = "hello";
    private static readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> Open = new();
    private static StreamWriter? writer;
    private static int next;

    /// Ends this process when the estate goes or says that the shell is down.
    public static void OpenIfAsked()
    {
        if (Environment.GetEnvironmentVariable("ESTATE_PORT") is not { } port) return;
        var stream = new TcpClient("127.0.0.1", int.Parse(port)).GetStream();
        writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        var reader = new StreamReader(stream, new UTF8Encoding(false));
        new Thread(() => Listen(reader)) { IsBackground = true }.Start();
        var welcome = Ask(Hello, new JsonObject { ["kind"] = "shell" });
        if ((string?)welcome["kind"] != "done") Environment.Exit(1);
    }

    private static void Listen(StreamReader reader)
    {
        try
        {
            while (reader.ReadLine() is { } line)
            {
                var answer = JsonNode.Parse(line)!.AsObject();
                if ((string?)answer["kind"] == "shell-down") break;
                if (Open.TryRemove((string)answer["id"]!, out var asker)) asker.SetResult(answer);
            }
        }
        catch (IOException)
        {
            // The estate went; so does the shell.
        }
        Environment.Exit(1);
    }

    private static JsonObject Ask(string id, JsonObject request)
    {
        var answer = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        Open[id] = answer;
        request["id"] = id;
        lock (Open) writer!.WriteLine(request.ToJsonString());
        return answer.Task.Result;
    }

    /// The estate's outcome: ok, objects and warnings, or message, errorId and category.
    public static PSObject Invoke(string cmdlet, Hashtable parameters, string? computer)
    {
        if (writer is null) throw new InvalidOperationException("ESTATE_PORT is not set");
        var request = new JsonObject { ["kind"] = "cmdlet", ["cmdlet"] = cmdlet, ["computer"] = computer, ["parameters"] = ToJson(parameters) };
        var answer = Ask($"engine-{Interlocked.Increment(ref next)}", request);
        if ((string?)answer["kind"] == "cmdlet") return (PSObject)FromJson(answer["outcome"])!;
        return (PSObject)FromJson(new JsonObject { ["ok"] = false, ["message"] = (string?)answer["problem"], ["errorId"] = "Refused", ["category"] = "InvalidOperation" })!;
    }

    private static JsonNode? ToJson(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => null,
        SwitchParameter flag => JsonValue.Create(flag.IsPresent),
        bool flag => JsonValue.Create(flag),
        IDictionary table => new JsonObject(table.Keys.Cast<object>().Select(key => KeyValuePair.Create((string)key, ToJson(table[key])))),
        string text => JsonValue.Create(text),
        IEnumerable list => new JsonArray(list.Cast<object>().Select(ToJson).ToArray()),
        int number => JsonValue.Create(number),
        var other => JsonValue.Create(other.ToString()),
    };

    private static object? FromJson(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject table:
                var made = new PSObject();
                foreach (var (name, value) in table) made.Properties.Add(new PSNoteProperty(name, FromJson(value)));
                return made;
            case JsonArray list:
                return list.Select(FromJson).ToArray();
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.Number:
                return scalar.GetValue<double>() is var number && number == Math.Floor(number) ? (int)number : number;
            case JsonValue scalar when scalar.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                return scalar.GetValue<bool>();
            default:
                return node?.GetValue<string>();
        }
    }
}
