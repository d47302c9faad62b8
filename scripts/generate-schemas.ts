/**
 * Generates the JSON Schema of every ECS operation's input from the installed @aws-sdk/client-ecs, merges our own
 * members of schemas/extensions.json, and writes schemas/generated/ and schemas/task-definition.json.
 * `--check` writes nothing and fails where the files differ.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { readSdkModel, type SdkMember, type SdkModel } from './sdk-model.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', 'schemas');

type Json = Record<string, unknown>;

/** Values that ECS names, and engines have more of: log drivers are plug-ins. */
const openEnums = ['LogDriver'];

/** What the files under schemas/ should hold, by their path below it. */
function generateSchemas(): Map<string, string> {
  const model = readSdkModel();
  const extensions = JSON.parse(readFileSync(join(root, 'extensions.json'), 'utf8')) as Record<string, Json>;
  const files = new Map<string, string>();
  for (const operation of model.operations) {
    files.set(`generated/${operation}.json`, format(inputSchema(operation, model, extensions[operation])));
  }
  const definition = inputSchema('RegisterTaskDefinition', model, undefined);
  files.set('task-definition.json', format(asDocument(definition)));
  files.set('outputs.json', format(outputSchemas(model)));
  return files;
}

/** The files that differ from what would be generated, each with what is wrong. */
export function staleSchemas(): string[] {
  const wanted = generateSchemas();
  const stale = [...wanted].flatMap(([path, text]) => {
    const file = join(root, path);
    if (!existsSync(file)) return [`${path}: missing`];
    const difference = firstDifference(readFileSync(file, 'utf8'), text);
    return difference === undefined ? [] : [`${path}: ${difference}`];
  });
  const surplus = readdirSync(join(root, 'generated')).filter((name) => !wanted.has(`generated/${name}`));
  return [...stale, ...surplus.map((name) => `generated/${name}: no such operation`)];
}

function inputSchema(operation: string, model: SdkModel, extensions: Json = {}): Json {
  const members = model.structures.get(`${operation}Request`);
  if (!members) throw new Error(`${operation}Request is not declared`);
  const defs: Record<string, Json> = {};
  const schema = structureSchema(`${operation}Request`, members, model, defs);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: operation,
    ...schema,
    properties: { ...(schema.properties as Json), ...extensions },
    ...(Object.keys(defs).length > 0 && { $defs: sorted(defs) }),
  };
}

/** Of all operations in one file, since they are made of the same structures: `$defs` holds `OPERATIONResponse`. */
function outputSchemas(model: SdkModel): Json {
  const defs: Record<string, Json> = {};
  for (const operation of model.operations) {
    define(`${operation}Response`, { ...model, enumNamesOnly: true }, defs);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: "Outputs of ECS's operations",
    $defs: sorted(defs),
  };
}

function structureSchema(
  name: string,
  members: SdkMember[],
  model: SdkModel,
  defs: Record<string, Json>,
): Json {
  const required = members.filter((member) => member.required).map((member) => member.name);
  const property = ({ name: member, type }: SdkMember) =>
    [member, typeSchema(type, model.numbers.get(`${name}.${member}`), model, defs)] as const;
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(members.map(property)),
  };
}

function typeSchema(
  type: ts.TypeNode,
  number: string | undefined,
  model: SdkModel,
  defs: Record<string, Json>,
): Json {
  const schemaOf = (inner: ts.TypeNode) => typeSchema(inner, number, model, defs);
  if (type.kind === ts.SyntaxKind.StringKeyword) return { type: 'string' };
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: 'boolean' };
  if (type.kind === ts.SyntaxKind.NumberKeyword) {
    return number === 'double'
      ? { type: 'number', 'x-kind': 'double' }
      : { type: 'integer', ...(number && { 'x-kind': number }) };
  }
  if (ts.isArrayTypeNode(type)) return { type: 'array', items: schemaOf(type.elementType) };
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName))
    throw new Error(`unknown kind of type ${type.kind}`);

  const name = type.typeName.text;
  const value = type.typeArguments?.[1];
  if (name === 'Record' && value) return { type: 'object', additionalProperties: schemaOf(value) };
  if (name === 'Date') return { type: ['string', 'number', 'object'], 'x-kind': 'timestamp' };
  if (name === '__DocumentType') return { 'x-kind': 'document' };
  if (name === 'Uint8Array') return { type: 'string', 'x-kind': 'blob' };
  const values = model.enums.get(name);
  if (values && model.enumNamesOnly) return { type: 'string', title: name };
  if (values) return { type: 'string', [openEnums.includes(name) ? 'examples' : 'enum']: values };
  define(name, model, defs);
  return { $ref: `#/$defs/${name}` };
}

function define(name: string, model: SdkModel, defs: Record<string, Json>): void {
  if (defs[name]) return;
  const union = model.unions.get(name);
  const members = union ?? model.structures.get(name);
  if (!members) throw new Error(`${name} is not declared`);
  // Set first: a recursive structure refers to itself.
  const schema: Json = (defs[name] = {});
  Object.assign(schema, structureSchema(name, members, model, defs));
  if (union) Object.assign(schema, { minProperties: 1, maxProperties: 1, 'x-kind': 'union' });
}

/** A task definition file may name its schema, so that editors complete it. */
function asDocument(schema: Json): Json {
  return {
    ...schema,
    title: 'ECS task definition',
    properties: { $schema: { type: 'string' }, ...(schema.properties as Json) },
  };
}

const sorted = (record: Record<string, Json>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** JSON with one member a line, so that a new SDK shows as a short diff. */
function format(schema: Json, indent = ''): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema).map(([key, value]) => {
    const nested =
      (key === 'properties' || key === '$defs' || isStructure(value)) &&
      Object.keys(value as Json).length > 0;
    return `${inner}${JSON.stringify(key)}: ${nested ? format(value as Json, inner).trimEnd() : JSON.stringify(value)}`;
  });
  return `{\n${lines.join(',\n')}\n${indent}}\n`;
}

const isStructure = (value: unknown) => typeof value === 'object' && value !== null && 'properties' in value;

function firstDifference(have: string, want: string): string | undefined {
  if (have === want) return undefined;
  const haveLines = have.split('\n');
  const wantLines = want.split('\n');
  const line = wantLines.findIndex((text, i) => text !== haveLines[i]);
  return line < 0
    ? `should end at line ${wantLines.length}`
    : `line ${line + 1} should be ${wantLines[line]?.trim()}`;
}

function main(): void {
  if (process.argv.includes('--check')) {
    const stale = staleSchemas();
    if (stale.length === 0) return;
    console.error(
      `${stale.length} schema files differ from the installed @aws-sdk/client-ecs; run npx tsx scripts/generate-schemas.ts`,
    );
    for (const line of stale.slice(0, 20)) console.error(`  ${line}`);
    process.exitCode = 1;
    return;
  }
  rmSync(join(root, 'generated'), { recursive: true, force: true });
  mkdirSync(join(root, 'generated'), { recursive: true });
  for (const [path, text] of generateSchemas()) writeFileSync(join(root, path), text);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
