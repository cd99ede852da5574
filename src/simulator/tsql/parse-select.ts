/** SELECT: select list, FROM with joins and APPLY, WHERE, GROUP BY, HAVING, UNION, ORDER BY. No CTE, no window, no FOR XML. */
import { parseArguments, parseList, parsePredicate, parseValue } from './parse-expressions.ts';
import { parseNameParts } from './parse-primary.ts';
import { numberLiteral } from './literals.ts';
import type { Expression, JoinStep, OrderItem, Query, SelectCore, SelectItem, Source } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const TABLE_HINTS: ReadonlySet<string> = new Set([
  'NOLOCK',
  'READUNCOMMITTED',
  'READPAST',
  'READCOMMITTED',
  'UPDLOCK',
  'HOLDLOCK',
]);
const MAX_BRANCHES = 256;

export function parseQuery(stream: TokenStream): Query {
  const branches = [parseCore(stream)];
  let distinctUnion = false;
  while (stream.accept('UNION')) {
    if (!stream.accept('ALL')) distinctUnion = true;
    if (branches.length === MAX_BRANCHES) throw stream.refuse();
    branches.push(parseCore(stream));
  }
  const orderBy = stream.accept('ORDER', 'BY') ? parseOrder(stream) : [];
  if (stream.accept('OPTION')) parseQueryHint(stream);
  return { branches, distinctUnion, orderBy };
}

function parseQueryHint(stream: TokenStream): void {
  stream.expectMark('(');
  if (stream.accept('MAXDOP')) numberText(stream);
  else stream.expect('RECOMPILE');
  stream.expectMark(')');
}

function numberText(stream: TokenStream): string {
  if (stream.peek().kind !== 'number') throw stream.refuse();
  return stream.next().text;
}

function parseOrder(stream: TokenStream): readonly OrderItem[] {
  const items: OrderItem[] = [];
  do {
    const expression = parseValue(stream);
    const descending = stream.accept('DESC');
    if (!descending) stream.accept('ASC');
    items.push({ expression, descending });
  } while (stream.acceptMark(','));
  return items;
}

function parseCore(stream: TokenStream): SelectCore {
  stream.expect('SELECT');
  const distinct = stream.accept('DISTINCT');
  if (!distinct) stream.accept('ALL');
  const top = stream.accept('TOP') ? parseTop(stream) : undefined;
  const items: SelectItem[] = [];
  do items.push(parseItem(stream));
  while (stream.acceptMark(','));
  const from = stream.accept('FROM') ? parseFrom(stream) : [];
  const where = stream.accept('WHERE') ? parsePredicate(stream) : undefined;
  const groupBy = stream.accept('GROUP', 'BY') ? parseList(stream) : [];
  const having = stream.accept('HAVING') ? parsePredicate(stream) : undefined;
  return { distinct, top, items, from, where, groupBy, having };
}

/** `TOP (n)` or the old `TOP n` with a whole number. */
function parseTop(stream: TokenStream): Expression {
  if (!stream.acceptMark('(')) return numberLiteral(numberText(stream));
  const count = parseValue(stream);
  stream.expectMark(')');
  return count;
}

function parseItem(stream: TokenStream): SelectItem {
  const star = parseStar(stream);
  if (star !== undefined) return { kind: 'star', qualifier: star };
  if (stream.peek().kind === 'variable' && stream.isMark('=', 1) && !stream.peek().text.startsWith('@@')) {
    const variable = stream.variable();
    stream.next();
    return { kind: 'assign', variable, expression: parseValue(stream) };
  }
  if (stream.isName() && stream.isMark('=', 1)) {
    const alias = stream.name();
    stream.next();
    return { kind: 'value', expression: parseValue(stream), alias };
  }
  const expression = parseValue(stream);
  return { kind: 'value', expression, alias: parseAlias(stream, true) };
}

/** `*` or `t.*`; the qualifier, or undefined when it is something else. */
function parseStar(stream: TokenStream): readonly string[] | undefined {
  if (stream.acceptMark('*')) return [];
  let ahead = 0;
  while (stream.isName(ahead) && stream.isMark('.', ahead + 1)) ahead += 2;
  if (ahead === 0 || ahead > 8 || !stream.isMark('*', ahead)) return undefined;
  const parts: string[] = [];
  for (let i = 0; i < ahead; i += 2) {
    parts.push(stream.next().text);
    stream.next();
  }
  stream.next();
  return parts;
}

function parseAlias(stream: TokenStream, stringAllowed: boolean): string | undefined {
  const explicit = stream.accept('AS');
  if (stream.isName()) return stream.next().text;
  if (stringAllowed && stream.peek().kind === 'string') return stream.next().text;
  if (explicit) throw stream.refuse();
  return undefined;
}

function parseFrom(stream: TokenStream): readonly JoinStep[] {
  const steps: JoinStep[] = [{ join: 'cross', source: parseSource(stream), on: undefined }];
  for (;;) {
    const step = parseJoin(stream);
    if (step === undefined) return steps;
    stream.chain(steps.push(step));
  }
}

function parseJoin(stream: TokenStream): JoinStep | undefined {
  if (stream.acceptMark(',') || stream.accept('CROSS', 'JOIN'))
    return { join: 'cross', source: parseSource(stream), on: undefined };
  if (stream.accept('CROSS', 'APPLY'))
    return { join: 'cross-apply', source: parseSource(stream), on: undefined };
  if (stream.accept('OUTER', 'APPLY'))
    return { join: 'outer-apply', source: parseSource(stream), on: undefined };
  if (stream.accept('INNER', 'JOIN') || stream.accept('JOIN')) return conditional(stream, 'inner');
  if (stream.accept('LEFT', 'OUTER', 'JOIN') || stream.accept('LEFT', 'JOIN'))
    return conditional(stream, 'left');
  return undefined;
}

function conditional(stream: TokenStream, join: 'inner' | 'left'): JoinStep {
  const source = parseSource(stream);
  stream.expect('ON');
  return { join, source, on: parsePredicate(stream) };
}

function parseSource(stream: TokenStream): Source {
  if (stream.acceptMark('(')) return stream.nested(() => parseDerived(stream));
  const name = parseNameParts(stream);
  if (stream.acceptMark('(')) {
    const args = parseArguments(stream);
    return { kind: 'function', name, arguments: args, alias: parseAlias(stream, false) };
  }
  const alias = parseAlias(stream, false);
  parseHints(stream);
  return { kind: 'table', name, alias };
}

function parseHints(stream: TokenStream): void {
  if (!stream.is('WITH') || !stream.isMark('(', 1)) return;
  stream.next();
  stream.next();
  do {
    if (!stream.isAny(TABLE_HINTS)) throw stream.refuse();
    stream.next();
  } while (stream.acceptMark(','));
  stream.expectMark(')');
}

function parseDerived(stream: TokenStream): Source {
  const query = stream.is('VALUES') ? parseValuesTable(stream) : parseQuery(stream);
  stream.expectMark(')');
  const alias = parseAlias(stream, false);
  if (alias === undefined) throw stream.refuse();
  let columns: string[] | undefined;
  if (stream.acceptMark('(')) {
    columns = [];
    do columns.push(stream.name());
    while (stream.acceptMark(','));
    stream.expectMark(')');
  }
  return { kind: 'derived', query, alias, columns };
}

/** `(VALUES (1, 'a'), (2, 'b')) AS t (x, y)`: as many SELECTs without FROM. */
function parseValuesTable(stream: TokenStream): Query {
  stream.expect('VALUES');
  const branches: SelectCore[] = [];
  do {
    stream.expectMark('(');
    const items = parseArguments(stream).map((expression): SelectItem => ({
      kind: 'value',
      expression,
      alias: undefined,
    }));
    if (items.length === 0) throw stream.refuse();
    branches.push({
      distinct: false,
      top: undefined,
      items,
      from: [],
      where: undefined,
      groupBy: [],
      having: undefined,
    });
  } while (stream.acceptMark(','));
  return { branches, distinctUnion: false, orderBy: [] };
}
