using System.Data;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.SqlClient;

/// <summary>Values as text: ISO dates, hexadecimal bytes and GUIDs in upper case, decimals with all their digits.</summary>
internal static class Values
{
    public static string? Text(SqlDataReader reader, int i)
    {
        if (reader.IsDBNull(i)) return null;
        var invariant = CultureInfo.InvariantCulture;
        // decimal of .NET holds 28 digits, SQL Server's 38.
        if (reader.GetFieldType(i) == typeof(decimal)) return reader.GetSqlDecimal(i).ToString();
        return reader.GetValue(i) switch
        {
            bool value => value ? "true" : "false",
            byte[] value => Convert.ToHexString(value),
            Guid value => value.ToString().ToUpperInvariant(),
            DateTime value => value.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", invariant),
            DateTimeOffset value => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", invariant),
            double value => value.ToString("R", invariant),
            float value => value.ToString("R", invariant),
            IFormattable value => value.ToString(null, invariant),
            var value => value.ToString(),
        };
    }

    public static SqlParameter Parameter(string name, JsonNode? node)
    {
        var (type, value) = ((string)node!["type"]!, node["value"]);
        var parameter = new SqlParameter("@" + name, type switch
        {
            "int" => SqlDbType.Int, "bigint" => SqlDbType.BigInt, "bit" => SqlDbType.Bit,
            "uniqueidentifier" => SqlDbType.UniqueIdentifier, _ => SqlDbType.NVarChar,
        });
        parameter.Value = value is null ? DBNull.Value : type switch
        {
            "int" => (int)value, "bigint" => long.Parse((string)value!, CultureInfo.InvariantCulture), "bit" => (bool)value,
            "uniqueidentifier" => Guid.Parse((string)value!), _ => (string)value!,
        };
        return parameter;
    }
}
