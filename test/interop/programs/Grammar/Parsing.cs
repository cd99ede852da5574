using System.Security.Cryptography;
using System.Text;
using Microsoft.SqlServer.TransactSql.ScriptDom;

static class Parsing
{
    public static Answer Answer(Question question)
    {
        var tree = Parse(question.Version, question.Text, out var errors);
        var walk = new Walk(question.Version, errors);
        if (errors.Count == 0) walk.Run(tree);
        var shape = new ShapeOf(question.Version);
        if (errors.Count == 0) tree.Accept(shape);
        var kinds = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', shape.Types))));
        return new Answer(question.Id, errors, walk.Touched, kinds, shape.Values);
    }

    public static TSqlFragment Parse(int version, string text, out List<string> errors)
    {
        var tree = ParserOf(version).Parse(new StringReader(text), out var found);
        errors = found.Select(error => $"{error.Number} line {error.Line} column {error.Column}: {error.Message}").ToList();
        return tree;
    }

    static TSqlParser ParserOf(int version) => version switch
    {
        110 => new TSql110Parser(true),
        120 => new TSql120Parser(true),
        130 => new TSql130Parser(true),
        140 => new TSql140Parser(true),
        150 => new TSql150Parser(true),
        160 => new TSql160Parser(true),
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "no such grammar"),
    };

    /// The text that EXEC sp_executesql runs, where it is written down.
    public static string? NestedText(ExecuteStatement statement) =>
        statement.ExecuteSpecification.ExecutableEntity is ExecutableProcedureReference call && IsExecuteSql(call)
        && call.Parameters.FirstOrDefault()?.ParameterValue is StringLiteral text ? text.Value : null;

    public static bool IsExecuteSql(ExecutableProcedureReference call) =>
        string.Equals(call.ProcedureReference?.ProcedureReference?.Name.BaseIdentifier.Value, "sp_executesql", StringComparison.OrdinalIgnoreCase);
}

/// The kinds of all nodes in order, and the values that they hold: two texts that differ in names only have the same kinds.
sealed class ShapeOf(int version) : TSqlFragmentVisitor
{
    public List<string> Types { get; } = [];
    public List<string> Values { get; } = [];
    readonly HashSet<Literal> nested = [];

    public override void Visit(TSqlFragment node)
    {
        Types.Add(node.GetType().Name);
        if (node is ExecutableProcedureReference call && Parsing.IsExecuteSql(call) && call.Parameters.FirstOrDefault()?.ParameterValue is StringLiteral text)
        {
            nested.Add(text);
            var inner = new ShapeOf(version);
            var tree = Parsing.Parse(version, text.Value, out var errors);
            if (errors.Count > 0) return;
            tree.Accept(inner);
            Types.AddRange(inner.Types);
            Values.AddRange(inner.Values);
        }
        if (node is Identifier identifier) Values.Add(identifier.Value);
        if (node is Literal literal && !nested.Contains(literal)) Values.Add(literal.Value);
    }
}
