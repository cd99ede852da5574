// Microsoft's T-SQL grammar as a filter: one question per line of stdin, one answer per line of stdout, both JSON.
// It parses and lists what the tree names; whether a name exists is asked elsewhere.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
while (input.ReadLine() is { } line)
{
    var question = JsonSerializer.Deserialize<Question>(line, options)!;
    output.WriteLine(JsonSerializer.Serialize(Parsing.Answer(question), options));
}

/// <param name="Version">Of the grammar: 110 (2012) to 160 (2022).</param>
record Question(string Id, int Version, string Text);

/// <param name="Shape">One hash of the kinds of all nodes in order; empty where the text does not parse.</param>
/// <param name="Values">Names and literals in order, those of nested texts in the place of the literal that holds them.</param>
record Answer(string Id, List<string> Errors, Touched Touched, string Shape, List<string> Values);
