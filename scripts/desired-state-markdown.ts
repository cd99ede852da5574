/** docs/desired-state-reference.md out of the JSON schema that editors use: a row a key, in the order of the file. */
import { markdownTable } from './markdown-table.ts';

/** The parts of a JSON schema that the reference shows. */
interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

const alternatives = (node: SchemaNode): readonly SchemaNode[] => node.anyOf ?? node.oneOf ?? [];

function kindOf(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  const others = alternatives(node);
  if (others.length > 0) return [...new Set(others.map(kindOf))].join(' or ');
  if (node.items !== undefined) return `list of ${kindOf(node.items)}`;
  if (node.type === 'object') return 'mapping';
  return node.type === undefined ? 'text' : [node.type].flat().join(' or ').replaceAll('string', 'text');
}

/** The pools may stand in a list or alone: the shape with the most to say is shown. */
function shown(node: SchemaNode): SchemaNode {
  const others = alternatives(node).filter((one) => one.properties !== undefined || one.items !== undefined);
  return node.properties === undefined && node.items === undefined ? (others[0] ?? node) : node;
}

function rowsOf(node: SchemaNode, path: string): readonly (readonly string[])[] {
  const { properties = {}, required = [], items, additionalProperties } = shown(node);
  const own = Object.entries(properties).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const standard =
      value.default !== undefined
        ? `\`${JSON.stringify(value.default).replaceAll('"', '')}\``
        : required.includes(key)
          ? 'required'
          : '-';
    return [[`\`${at}\``, value.description ?? '', kindOf(value), standard], ...rowsOf(value, at)];
  });
  const inList = items === undefined ? [] : rowsOf(items, `${path}[]`);
  const named = typeof additionalProperties === 'object' ? rowsOf(additionalProperties, `${path}.NAME`) : [];
  return [...own, ...inList, ...named];
}

export function desiredStateMarkdown(schema: unknown): string {
  const rows = rowsOf(schema as SchemaNode, '');
  return `# Desired state: every key

Generated from \`src/desired-state/schema.ts\` by \`npm run docs\`; what the keys do together is told in [the desired state](desired-state.md). \`-\`: it may
be left out. Durations are written \`500ms\`, \`30s\`, \`15m\`, \`4h\`.

${markdownTable([['Key', 'Meaning', 'Value', 'Left out'], ...rows])}
`;
}
