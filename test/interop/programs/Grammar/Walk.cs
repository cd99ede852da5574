using Microsoft.SqlServer.TransactSql.ScriptDom;

/// Walks a script: statements and their options, calls, functions, and every column to the source that it comes from.
sealed class Walk(int version, List<string> errors) : TSqlFragmentVisitor
{
    public Touched Touched { get; } = new();
    readonly HashSet<string> declared = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, HashSet<string>> temporary = new(StringComparer.OrdinalIgnoreCase);
    Scope scope = new(null);

    public void Run(TSqlFragment tree)
    {
        tree.Accept(this);
        foreach (var name in used.Where(name => !declared.Contains(name))) Touched.Parameters.Add(name);
    }

    // Statements.

    public override void Visit(TSqlStatement node)
    {
        foreach (var use in StatementWords.Of(node)) Touched.Statements.Add(use);
    }

    public override void ExplicitVisit(CreateTableStatement node)
    {
        Visit((TSqlStatement)node);
        var name = node.SchemaObjectName.BaseIdentifier.Value;
        var columns = node.Definition.ColumnDefinitions;
        temporary[name] = new(columns.Select(column => column.ColumnIdentifier.Value), StringComparer.OrdinalIgnoreCase);
        Touched.Temporary[name] = columns.Select(column => $"{column.ColumnIdentifier.Value} {TypeText.Of(column.DataType)}").ToList();
    }

    public override void ExplicitVisit(DropTableStatement node) => Visit((TSqlStatement)node);

    public override void ExplicitVisit(InsertStatement node)
    {
        Visit((TSqlStatement)node);
        var outer = scope;
        scope = new Scope(outer);
        if (node.InsertSpecification.Target is { } target) AddSource(target);
        foreach (var column in node.InsertSpecification.Columns) Resolve(column);
        scope = outer;
        node.WithCtesAndXmlNamespaces?.Accept(this);
        node.InsertSpecification.InsertSource.Accept(this);
    }

    public override void ExplicitVisit(UpdateSpecification node) => Change(node.Target, node.FromClause, () => base.ExplicitVisit(node));

    public override void ExplicitVisit(DeleteSpecification node) => Change(node.Target, node.FromClause, () => base.ExplicitVisit(node));

    void Change(TableReference target, FromClause? from, Action visit)
    {
        var outer = scope;
        scope = new Scope(outer);
        AddSource(target);
        foreach (var table in from?.TableReferences ?? []) AddSource(table);
        visit();
        scope = outer;
    }

    // Calls.

    public override void ExplicitVisit(ExecuteStatement node)
    {
        Visit((TSqlStatement)node);
        if (node.ExecuteSpecification.Variable is { } code) used.Add(code.Name);
        node.ExecuteSpecification.ExecutableEntity.Accept(this);
    }

    public override void ExplicitVisit(ExecutableProcedureReference node)
    {
        var name = node.ProcedureReference?.ProcedureReference?.Name;
        if (name is null) { Touched.Unresolved.Add("EXECUTE of a variable"); return; }
        var named = node.Parameters.Where(parameter => parameter.Variable is not null).Select(parameter => parameter.Variable.Name).ToList();
        var positional = node.Parameters.Count - named.Count;
        if (Parsing.IsExecuteSql(node)) named = Nested(node, named);
        Touched.Procedures.Add(new(name.DatabaseIdentifier?.Value, name.SchemaIdentifier?.Value, name.BaseIdentifier.Value, named, positional));
        foreach (var parameter in node.Parameters) parameter.ParameterValue?.Accept(this);
    }

    public override void ExplicitVisit(ExecutableStringList node) => Touched.Unresolved.Add("EXECUTE of a string");

    /// The text is looked into; returns the names that its declaration does not hold.
    List<string> Nested(ExecutableProcedureReference call, List<string> named)
    {
        if (call.Parameters[0].ParameterValue is not StringLiteral text) { Touched.Unresolved.Add("sp_executesql of a variable"); return named; }
        var tree = Parsing.Parse(version, text.Value, out var nested);
        errors.AddRange(nested.Select(error => $"in sp_executesql: {error}"));
        if (nested.Count > 0) return named;
        var inner = new Walk(version, errors);
        foreach (var (name, columns) in temporary) inner.temporary[name] = columns;
        inner.Run(tree);
        var own = Declared(call.Parameters.Skip(1).FirstOrDefault(parameter => parameter.Variable is null)?.ParameterValue);
        Touched.Absorb(inner.Touched, own);
        return named.Where(name => !own.Contains(name)).ToList();
    }

    HashSet<string> Declared(ScalarExpression? list)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (list is not StringLiteral text) return names;
        Parsing.Parse(version, $"DECLARE {text.Value};", out var nested).Accept(new Declarations(names));
        errors.AddRange(nested.Select(error => $"in the parameters of sp_executesql: {error}"));
        return names;
    }

    // Variables.

    public override void Visit(DeclareVariableElement node) => declared.Add(node.VariableName.Value);

    public override void Visit(VariableReference node) => used.Add(node.Name);

    public override void Visit(GlobalVariableExpression node) => Touched.Functions.Add(node.Name.ToUpperInvariant());

    // Functions.

    static readonly string[] DateParts = ["DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATEPART", "DATENAME"];
    static readonly Dictionary<string, int> PropertyAt = new() { ["SERVERPROPERTY"] = 0, ["DATABASEPROPERTYEX"] = 1 };

    public override void ExplicitVisit(FunctionCall node)
    {
        var name = node.FunctionName.Value.ToUpperInvariant();
        Touched.Functions.Add(name);
        if (PropertyAt.TryGetValue(name, out var at))
            Touched.Properties.Add($"{name} {(node.Parameters[at] is StringLiteral property ? property.Value : "?")}");
        foreach (var parameter in node.Parameters.Skip(DateParts.Contains(name) ? 1 : 0)) parameter.Accept(this);
        node.OverClause?.Accept(this);
    }

    public override void Visit(ConvertCall node) => Touched.Functions.Add("CONVERT");

    public override void Visit(CastCall node) => Touched.Functions.Add("CAST");

    public override void Visit(TryConvertCall node) => Touched.Functions.Add("TRY_CONVERT");

    public override void Visit(CoalesceExpression node) => Touched.Functions.Add("COALESCE");

    public override void Visit(NullIfExpression node) => Touched.Functions.Add("NULLIF");

    public override void Visit(IIfCall node) => Touched.Functions.Add("IIF");

    public override void Visit(LeftFunctionCall node) => Touched.Functions.Add("LEFT");

    public override void Visit(RightFunctionCall node) => Touched.Functions.Add("RIGHT");

    // Queries: the sources of FROM are in reach of everything in the query, the outer ones after them.

    public override void ExplicitVisit(SelectStatement node)
    {
        Visit((TSqlStatement)node);
        var outer = scope;
        scope = new Scope(outer);
        foreach (var table in node.WithCtesAndXmlNamespaces?.CommonTableExpressions ?? [])
        {
            scope.Named[table.ExpressionName.Value] = OutputsOf(table.QueryExpression, table.Columns);
            table.QueryExpression.Accept(this);
        }
        node.QueryExpression.Accept(this);
        scope = outer;
    }

    public override void ExplicitVisit(QuerySpecification node)
    {
        var outer = scope;
        scope = new Scope(outer);
        foreach (var table in node.FromClause?.TableReferences ?? []) AddSource(table);
        foreach (var element in node.SelectElements.OfType<SelectScalarExpression>())
            if (element.ColumnName?.Value is { } alias) scope.Aliases.Add(alias);
        base.ExplicitVisit(node);
        scope = outer;
    }

    public override void ExplicitVisit(ColumnReferenceExpression node)
    {
        if (node.ColumnType == ColumnType.Regular) Resolve(node);
    }

    void AddSource(TableReference table)
    {
        switch (table)
        {
            case JoinParenthesisTableReference inside:
                AddSource(inside.Join);
                break;
            case JoinTableReference join:
                AddSource(join.FirstTableReference);
                AddSource(join.SecondTableReference);
                break;
            case NamedTableReference named:
                AddNamed(named);
                break;
            case QueryDerivedTable derived:
                scope.Sources.Add(new(derived.Alias?.Value, OutputsOf(derived.QueryExpression, derived.Columns), null));
                break;
            case SchemaObjectFunctionTableReference function:
                var name = function.SchemaObject;
                scope.Sources.Add(new(function.Alias?.Value ?? name.BaseIdentifier.Value, null, Touched.Use(name.DatabaseIdentifier?.Value, name.SchemaIdentifier?.Value, name.BaseIdentifier.Value)));
                break;
            default:
                Touched.Unresolved.Add($"source {table.GetType().Name}");
                break;
        }
    }

    void AddNamed(NamedTableReference named)
    {
        var name = named.SchemaObject;
        var plain = name.BaseIdentifier.Value;
        var alias = named.Alias?.Value ?? plain;
        if (temporary.TryGetValue(plain, out var columns)) scope.Sources.Add(new(alias, columns, null));
        else if (name.SchemaIdentifier is null && scope.Find(plain) is { } common) scope.Sources.Add(new(alias, common, null));
        else if (plain.StartsWith('#')) Touched.Unresolved.Add($"temporary table {plain}");
        else scope.Sources.Add(new(alias, null, Touched.Use(name.DatabaseIdentifier?.Value, name.SchemaIdentifier?.Value, plain)));
    }

    static HashSet<string> OutputsOf(QueryExpression query, IList<Identifier> names)
    {
        if (names.Count > 0) return new(names.Select(name => name.Value), StringComparer.OrdinalIgnoreCase);
        while (query is not QuerySpecification)
            query = query switch
            {
                BinaryQueryExpression both => both.FirstQueryExpression,
                QueryParenthesisExpression inside => inside.QueryExpression,
                _ => throw new NotSupportedException(query.GetType().Name),
            };
        var outputs = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var element in ((QuerySpecification)query).SelectElements)
            if (element is SelectScalarExpression scalar)
                outputs.Add(scalar.ColumnName?.Value ?? (scalar.Expression as ColumnReferenceExpression)?.MultiPartIdentifier.Identifiers.Last().Value ?? "");
            else outputs.Add("*");
        return outputs;
    }

    void Resolve(ColumnReferenceExpression node)
    {
        var parts = node.MultiPartIdentifier.Identifiers.Select(part => part.Value).ToList();
        var column = parts[^1];
        if (parts.Count > 1) Qualified(parts[^2], column);
        else Unqualified(column);
    }

    void Qualified(string qualifier, string column)
    {
        var source = scope.Source(qualifier);
        if (source?.Use is { } use) use.Columns.Add(column);
        else if (source?.Columns is not { } columns || !(columns.Contains(column) || columns.Contains("*"))) Touched.Unresolved.Add($"{qualifier}.{column}");
    }

    void Unqualified(string column)
    {
        for (var at = scope; at is not null; at = at.Outer)
        {
            if (at.Aliases.Contains(column) || at.Sources.Any(source => source.Columns?.Contains(column) == true)) return;
            var uses = at.Sources.Where(source => source.Use is not null).Select(source => source.Use!).ToList();
            if (uses.Count == 1) { uses[0].Columns.Add(column); return; }
            if (uses.Count > 1) { Touched.Loose.Add(new(column, uses)); return; }
        }
        Touched.Unresolved.Add(column);
    }
}

sealed class Declarations(HashSet<string> names) : TSqlFragmentVisitor
{
    public override void Visit(DeclareVariableElement node) => names.Add(node.VariableName.Value);
}

/// <param name="Columns">Of a derived, common or temporary table; null: an object of the catalogue.</param>
sealed record Source(string? Alias, HashSet<string>? Columns, ObjectUse? Use);

sealed class Scope(Scope? outer)
{
    public Scope? Outer { get; } = outer;
    public List<Source> Sources { get; } = [];
    public HashSet<string> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase);
    public Dictionary<string, HashSet<string>> Named { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Source? Source(string alias) =>
        Sources.Find(source => string.Equals(source.Alias, alias, StringComparison.OrdinalIgnoreCase)) ?? Outer?.Source(alias);

    public HashSet<string>? Find(string name) => Named.GetValueOrDefault(name) ?? Outer?.Find(name);
}
