// What a script is made of, from the engine's own syntax tree: constructs that Windows PowerShell 5.1 does not know, commands, types.
using System.Management.Automation.Language;
using System.Text.Json;

namespace EngineHost;

public static class SyntaxReport
{
    public static string Of(string file)
    {
        var tree = Parser.ParseFile(file, out var tokens, out var errors);
        var all = tree.FindAll(_ => true, searchNestedScriptBlocks: true).ToArray();
        var newer = all.Select(Newer).OfType<string>().Concat(tokens.Select(Newer).OfType<string>());
        return JsonSerializer.Serialize(new
        {
            errors = errors.Select(error => $"{error.Extent.StartLineNumber}: {error.Message}"),
            newer,
            commands = all.OfType<CommandAst>().Select(Name).Distinct().Order(),
            functions = all.OfType<FunctionDefinitionAst>().Select(function => function.Name).Order(),
            types = all.Select(TypeOf).OfType<string>().Distinct().Order(),
            variables = all.OfType<VariableExpressionAst>().Select(variable => variable.VariablePath.UserPath.ToLowerInvariant()).Distinct().Order(),
        });
    }

    /// Undefined: a command whose name is a value, as written.
    private static string Name(CommandAst command) => command.GetCommandName() ?? command.CommandElements[0].Extent.Text;

    private static string? TypeOf(Ast ast) => ast switch
    {
        TypeExpressionAst type => type.TypeName.FullName,
        TypeConstraintAst type => type.TypeName.FullName,
        _ => null,
    };

    private static string? At(Ast ast, string what) => $"{ast.Extent.StartLineNumber}: {what}";

    private static string? Newer(Ast ast) => ast switch
    {
        TernaryExpressionAst => At(ast, "? :"),
        PipelineChainAst => At(ast, "&& or ||"),
        PipelineAst { Background: true } => At(ast, "&"),
        BinaryExpressionAst { Operator: TokenKind.QuestionQuestion } => At(ast, "??"),
        AssignmentStatementAst { Operator: TokenKind.QuestionQuestionEquals } => At(ast, "??="),
        MemberExpressionAst { NullConditional: true } => At(ast, "?."),
        IndexExpressionAst { NullConditional: true } => At(ast, "?[]"),
        ScriptBlockAst { CleanBlock: not null } => At(ast, "clean"),
        CommandParameterAst { ParameterName: var name } parameter when IsParallel(parameter, name) => At(ast, "-Parallel"),
        _ => null,
    };

    private static bool IsParallel(CommandParameterAst parameter, string name) =>
        name.Length > 1 && "Parallel".StartsWith(name, StringComparison.OrdinalIgnoreCase) &&
        parameter.Parent is CommandAst command &&
        new[] { "ForEach-Object", "%", "foreach" }.Contains(command.GetCommandName(), StringComparer.OrdinalIgnoreCase);

    /// Number suffixes and escapes that came with 6 and 7.
    private static string? Newer(Token token) => token switch
    {
        NumberToken when System.Text.RegularExpressions.Regex.IsMatch(token.Text, "^0b|(?<!0x[0-9a-f]*)(u|y|us|uy|ul|s|n)$", System.Text.RegularExpressions.RegexOptions.IgnoreCase) => $"{token.Extent.StartLineNumber}: number {token.Text}",
        StringExpandableToken when token.Text.Contains("`u{") || token.Text.Contains("`e") => $"{token.Extent.StartLineNumber}: escape in {token.Text}",
        _ => null,
    };
}
