/// What one text names, its nested texts included. Names as written; the reader compares without case.
sealed class Touched
{
    public List<ObjectUse> Objects { get; } = [];
    /// Columns without a qualifier where several sources of the catalogue are in reach.
    public List<LooseColumn> Loose { get; } = [];
    public List<ProcedureUse> Procedures { get; } = [];
    public SortedSet<string> Functions { get; } = [];
    /// `SERVERPROPERTY ServerName`: a property function and the name that it is asked for.
    public SortedSet<string> Properties { get; } = [];
    public List<StatementUse> Statements { get; } = [];
    /// Variables that the text uses and does not declare: they must come as parameters.
    public SortedSet<string> Parameters { get; } = [];
    /// Temporary tables with their columns as declared, `#h` -> `Position smallint`.
    public Dictionary<string, List<string>> Temporary { get; } = [];
    /// What cannot be traced to a source: unknown alias, column that a derived or temporary table does not have.
    public List<string> Unresolved { get; } = [];

    /// Takes over what a nested text names; `declared` are the parameters that its call declares.
    public void Absorb(Touched inner, HashSet<string> declared)
    {
        foreach (var use in inner.Objects) Use(use.Database, use.Schema, use.Name).Columns.UnionWith(use.Columns);
        Loose.AddRange(inner.Loose);
        Procedures.AddRange(inner.Procedures);
        Functions.UnionWith(inner.Functions);
        Properties.UnionWith(inner.Properties);
        Statements.AddRange(inner.Statements);
        Unresolved.AddRange(inner.Unresolved);
        Unresolved.AddRange(inner.Parameters.Where(name => !declared.Contains(name)).Select(name => $"{name} in sp_executesql"));
    }

    public ObjectUse Use(string? database, string? schema, string name)
    {
        var known = Objects.Find(use => use.Database == database && use.Schema == schema && use.Name == name);
        if (known is null) Objects.Add(known = new ObjectUse(database, schema, name, []));
        return known;
    }
}

record ObjectUse(string? Database, string? Schema, string Name, SortedSet<string> Columns);

record LooseColumn(string Column, List<ObjectUse> Objects);

/// <param name="Positional">How many arguments came without a name.</param>
record ProcedureUse(string? Database, string? Schema, string Name, List<string> Parameters, int Positional);

record StatementUse(string Name, List<string> Options);
