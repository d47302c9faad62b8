import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** ECS's model as the AWS SDK's declaration files carry it: names, types, required members, enums. No text. */
export interface SdkModel {
  /** Operation names in alphabetical order. */
  operations: string[];
  structures: Map<string, SdkMember[]>;
  /** Structures of which exactly one member is given. */
  unions: Map<string, SdkMember[]>;
  enums: Map<string, string[]>;
  /** `Structure.member` → `long` | `double`, for the numbers that are not plain integers. */
  numbers: Map<string, string>;
  /** Enums are known by their names, not by their values. */
  enumNamesOnly?: boolean;
}

export interface SdkMember {
  name: string;
  required: boolean;
  type: ts.TypeNode;
}

/** Reads the installed @aws-sdk/client-ecs: its declarations as syntax only, which takes a fraction of a second. */
export function readSdkModel(): SdkModel {
  const root = join(
    dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-ecs/package.json')),
    'dist-types',
  );
  const model: SdkModel = {
    operations: readdirSync(join(root, 'commands'))
      .flatMap((file) => /^(\w+)Command\.d\.ts$/.exec(file)?.[1] ?? [])
      .sort(),
    structures: new Map(),
    unions: new Map(),
    enums: new Map(),
    numbers: new Map(),
  };
  for (const file of ['models_0', 'models_1', 'enums']) {
    readDeclarations(join(root, 'models', `${file}.d.ts`), model);
  }
  for (const operation of model.operations) {
    readNumberKinds(readFileSync(join(root, 'commands', `${operation}Command.d.ts`), 'utf8'), model.numbers);
  }
  return model;
}

function readDeclarations(path: string, model: SdkModel): void {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) {
      model.structures.set(
        statement.name.text,
        statement.members.filter(ts.isPropertySignature).map(toMember),
      );
    } else if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body)) {
      model.unions.set(statement.name.text, readUnion(statement.body));
    } else if (ts.isVariableStatement(statement)) {
      const [declaration] = statement.declarationList.declarations;
      if (declaration?.type && ts.isTypeLiteralNode(declaration.type) && ts.isIdentifier(declaration.name)) {
        model.enums.set(declaration.name.text, readEnum(declaration.type));
      }
    }
  }
}

/** A required member is declared `name: T | undefined`, an optional one `name?: T | undefined`. */
function toMember(property: ts.PropertySignature): SdkMember {
  if (!property.type || !ts.isIdentifier(property.name)) throw new Error('a member without a name or type');
  return {
    name: property.name.text,
    required: !property.questionToken,
    type: withoutUndefined(property.type),
  };
}

function withoutUndefined(type: ts.TypeNode): ts.TypeNode {
  if (!ts.isUnionTypeNode(type)) return type;
  const rest = type.types.filter((part) => part.kind !== ts.SyntaxKind.UndefinedKeyword);
  if (rest.length !== 1 || !rest[0]) throw new Error('a member of several types');
  return rest[0];
}

/** Each `…Member` interface of a union's namespace starts with the member that it stands for. */
function readUnion(body: ts.ModuleBlock): SdkMember[] {
  return body.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) => {
    const [first] = declaration.members.filter(ts.isPropertySignature);
    if (!first || !/Member$/.test(declaration.name.text) || declaration.name.text.startsWith('$')) return [];
    return [{ ...toMember(first), required: false }];
  });
}

function readEnum(type: ts.TypeLiteralNode): string[] {
  return type.members.flatMap((member) => {
    const literal =
      ts.isPropertySignature(member) &&
      member.type &&
      ts.isLiteralTypeNode(member.type) &&
      member.type.literal;
    return literal && ts.isStringLiteral(literal) ? [literal.text] : [];
  });
}

/**
 * The declarations say only `number`; the command's example input says `Number("double")`, under structures that it
 * names where they first occur.
 */
function readNumberKinds(declaration: string, numbers: Map<string, string>): void {
  const open: (string | undefined)[] = [];
  for (const line of declaration.split('\n')) {
    const number = /(\w+): Number\("(\w+)"\)/.exec(line);
    if (number?.[2] && number[2] !== 'int') {
      const structure = open.at(-1);
      if (structure) numbers.set(`${structure}.${number[1]}`, number[2]);
    }
    if (/[{[]( \/\/.*)?$/.test(line)) open.push(/[{[] \/\/ (\w+)/.exec(line)?.[1]);
    else if (/^ \*\s+[}\]][,;]?$/.test(line)) open.pop();
  }
}
