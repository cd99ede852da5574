/**
 * The T-SQL engine's own refusals: number, severity, state and text after sys.messages. Errors of databases,
 * backups and jobs are the host's.
 */
import type { MessageToken } from '../sql-tokens.ts';

export type ErrorDetail = Omit<MessageToken, 'line' | 'procedure'>;

interface Row {
  readonly class: number;
  readonly state: number;
  readonly text: string;
}

// `%s` is filled in order. Only a few of these rows stand in the sql-server reference; numbers and texts of the others are
// the language's well-known ones written down without a server at hand: texts and above all states are unverified.
// prettier-ignore
const MESSAGES = {
  102: { class: 15, state: 1, text: "Incorrect syntax near '%s'." },
  104: { class: 16, state: 1, text: 'ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator.' },
  105: { class: 15, state: 1, text: "Unclosed quotation mark after the character string '%s'." },
  108: { class: 16, state: 1, text: 'The ORDER BY position number %s is out of range of the number of items in the select list.' },
  109: { class: 15, state: 1, text: 'There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.' },
  110: { class: 15, state: 1, text: 'There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.' },
  113: { class: 15, state: 1, text: "Missing end comment mark '*/'." },
  116: { class: 16, state: 1, text: 'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.' },
  119: { class: 15, state: 1, text: "Must pass parameter number %s and subsequent parameters as '@name = value'. After the form '@name = value' has been used, all subsequent parameters must be passed in the form '@name = value'." },
  120: { class: 15, state: 1, text: 'The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.' },
  121: { class: 15, state: 1, text: 'The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns.' },
  134: { class: 15, state: 2, text: "The variable name '%s' has already been declared. Variable names must be unique within a query batch or stored procedure." },
  130: { class: 16, state: 1, text: 'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.' },
  137: { class: 15, state: 2, text: 'Must declare the scalar variable "%s".' },
  147: { class: 15, state: 1, text: 'An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.' },
  141: { class: 15, state: 1, text: 'A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.' },
  145: { class: 15, state: 1, text: 'ORDER BY items must appear in the select list if SELECT DISTINCT is specified.' },
  148: { class: 15, state: 1, text: "Incorrect time syntax in time string '%s' used with WAITFOR." },
  155: { class: 15, state: 2, text: "'%s' is not a recognized %s option." },
  174: { class: 15, state: 1, text: 'The %s function requires %s argument(s).' },
  178: { class: 15, state: 1, text: 'A RETURN statement with a return value cannot be used in this context.' },
  189: { class: 15, state: 1, text: 'The %s function requires %s arguments.' },
  191: { class: 15, state: 1, text: 'Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.' },
  195: { class: 15, state: 10, text: "'%s' is not a recognized %s." },
  205: { class: 16, state: 1, text: 'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.' },
  206: { class: 16, state: 2, text: 'Operand type clash: %s is incompatible with %s' },
  207: { class: 16, state: 1, text: "Invalid column name '%s'." },
  208: { class: 16, state: 1, text: "Invalid object name '%s'." },
  209: { class: 16, state: 1, text: "Ambiguous column name '%s'." },
  213: { class: 16, state: 7, text: 'Column name or number of supplied values does not match table definition.' },
  214: { class: 16, state: 2, text: "Procedure expects parameter '%s' of type '%s'." },
  217: { class: 16, state: 1, text: 'Maximum stored procedure, function, trigger, or view nesting level exceeded (limit %s).' },
  220: { class: 16, state: 1, text: 'Arithmetic overflow error for data type %s, value = %s.' },
  241: { class: 16, state: 1, text: 'Conversion failed when converting date and/or time from character string.' },
  243: { class: 16, state: 1, text: 'Type %s is not a defined system type.' },
  245: { class: 16, state: 1, text: "Conversion failed when converting the %s value '%s' to data type %s." },
  248: { class: 16, state: 1, text: "The conversion of the %s value '%s' overflowed an int column." },
  264: { class: 16, state: 1, text: "The column name '%s' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code." },
  281: { class: 16, state: 1, text: '%s is not a valid style number when converting from %s to a character string.' },
  402: { class: 16, state: 1, text: 'The data types %s and %s are incompatible in the %s operator.' },
  506: { class: 16, state: 1, text: `The invalid escape character "%s" was specified in a LIKE predicate.` },
  512: { class: 16, state: 1, text: 'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.' },
  515: { class: 16, state: 2, text: "Cannot insert the value NULL into column '%s', table '%s'; column does not allow nulls. INSERT fails." },
  517: { class: 16, state: 1, text: "Adding a value to a '%s' column caused an overflow." },
  529: { class: 16, state: 2, text: 'Explicit conversion from data type %s to %s is not allowed.' },
  535: { class: 16, state: 0, text: 'The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large. Try to use datediff with a less precise datepart.' },
  2714: { class: 16, state: 6, text: "There is already an object named '%s' in the database." },
  2715: { class: 16, state: 1, text: 'Column, parameter, or variable #%s: Cannot find data type %s.' },
  2732: { class: 16, state: 1, text: 'Error number %s is invalid. The number must be from %s through %s and it cannot be 50000.' },
  2812: { class: 16, state: 62, text: "Could not find stored procedure '%s'." },
  3701: { class: 11, state: 5, text: "Cannot drop the %s '%s', because it does not exist or you do not have permission." },
  4104: { class: 16, state: 1, text: 'The multi-part identifier "%s" could not be bound.' },
  4145: { class: 15, state: 1, text: "An expression of non-boolean type specified in a context where a condition is expected, near '%s'." },
  8114: { class: 16, state: 5, text: 'Error converting data type %s to %s.' },
  8115: { class: 16, state: 2, text: 'Arithmetic overflow error converting %s to data type %s.' },
  8117: { class: 16, state: 1, text: 'Operand data type %s is invalid for %s operator.' },
  8120: { class: 16, state: 1, text: "Column '%s' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause." },
  8134: { class: 16, state: 1, text: 'Divide by zero error encountered.' },
  8144: { class: 16, state: 2, text: 'Procedure or function %s has too many arguments specified.' },
  8145: { class: 16, state: 1, text: '%s is not a parameter for procedure %s.' },
  8152: { class: 16, state: 13, text: 'String or binary data would be truncated.' },
  8155: { class: 16, state: 2, text: "No column name was specified for column %s of '%s'." },
  8156: { class: 16, state: 1, text: "The column '%s' was specified multiple times for '%s'." },
  8164: { class: 16, state: 1, text: 'An INSERT EXEC statement cannot be nested.' },
  8169: { class: 16, state: 2, text: 'Conversion failed when converting from a character string to uniqueidentifier.' },
  8178: { class: 16, state: 1, text: "The parameterized query '%s' expects the parameter '%s', which was not supplied." },
  8179: { class: 16, state: 2, text: 'Could not find prepared statement with handle %s.' },
  8180: { class: 16, state: 1, text: 'Statement(s) could not be prepared.' },
  18054: { class: 16, state: 1, text: 'Error %s, severity %s, state %s was raised, but no message with that error number was found in sys.messages. If error is larger than 50000, make sure the user-defined message is added using sp_addmessage.' },
  10704: { class: 15, state: 1, text: 'To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.' },
  35100: { class: 16, state: 10, text: 'Error number %s in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.' },
} as const satisfies Readonly<Record<number, Row>>;

export type EngineError = keyof typeof MESSAGES;

export function errorDetail(number: EngineError, ...values: readonly (string | number)[]): ErrorDetail {
  const row: Row = MESSAGES[number];
  let next = 0;
  const message = row.text.replace(/%s/g, () => String(values[next++] ?? ''));
  return { number, class: row.class, state: row.state, message };
}
