using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;

/// Statements and options by the words of T-SQL: `BACKUP LOG`, `COPY_ONLY`; where the tree has only its own name, that name in capitals.
static partial class StatementWords
{
    public static IEnumerable<StatementUse> Of(TSqlStatement statement) => statement switch
    {
        BackupDatabaseStatement backup => [new("BACKUP DATABASE", Names(backup.Options, option => option.OptionKind))],
        BackupTransactionLogStatement backup => [new("BACKUP LOG", Names(backup.Options, option => option.OptionKind))],
        RestoreStatement restore => [new($"RESTORE {RestoreKind(restore.Kind)}", Names(restore.Options, option => option.OptionKind))],
        AlterDatabaseSetStatement set => set.Options.Select(option => Database(set, option)),
        PredicateSetStatement set => set.Options.ToString().Split(", ").Select(option => new StatementUse($"SET {option.ToUpperInvariant()}", [])),
        SetCommandStatement set => set.Commands.Select(command => new StatementUse(command is GeneralSetCommand general ? $"SET {Words(general.CommandType.ToString(), "_")}" : Words(command.GetType().Name, " "), [])),
        _ => [new(Words(statement.GetType().Name.Replace("Statement", ""), " "), [])],
    };

    static StatementUse Database(AlterDatabaseSetStatement set, DatabaseOption option)
    {
        List<string> termination = set.Termination is null ? [] : [set.Termination.ImmediateRollback ? "ROLLBACK IMMEDIATE" : set.Termination.NoWait ? "NO_WAIT" : "ROLLBACK AFTER"];
        return option switch
        {
            PartnerDatabaseOption partner => new("ALTER DATABASE SET PARTNER", [partner.PartnerOption == PartnerDatabaseOptionKind.PartnerServer ? "ADDRESS" : Words(partner.PartnerOption.ToString(), " "), .. termination]),
            WitnessDatabaseOption witness => new("ALTER DATABASE SET WITNESS", [witness.IsOff ? "OFF" : "ADDRESS", .. termination]),
            _ => new("ALTER DATABASE SET", [Words(option.OptionKind.ToString(), "_"), .. termination]),
        };
    }

    static string RestoreKind(RestoreStatementKind kind) => kind switch
    {
        RestoreStatementKind.TransactionLog => "LOG",
        _ => kind.ToString().ToUpperInvariant(),
    };

    static List<string> Names<T, TKind>(IEnumerable<T> options, Func<T, TKind> kind) where TKind : Enum =>
        options.Select(option => Words(kind(option).ToString(), "_")).ToList();

    static string Words(string name, string between) => Boundary().Replace(name, between).ToUpperInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Boundary();
}

static class TypeText
{
    public static string Of(DataTypeReference type)
    {
        var name = type.Name.BaseIdentifier.Value;
        var sizes = type is ParameterizedDataTypeReference { Parameters.Count: > 0 } sized ? $"({string.Join(",", sized.Parameters.Select(size => size.Value))})" : "";
        return name + sizes;
    }
}
