import { Document, isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { type JsonSchema, resolveSchema } from '../api/schema.js';
import { memberText } from './member-texts.js';
import { inputSkeleton } from './skeleton.js';

/** An input to fill in, with a remark on each member that has something to say: what it is, whether it must be given. */
export function yamlSkeleton(root: JsonSchema): string {
  const document = new Document(inputSkeleton(root));
  remark(document.contents, root, root);
  return document.toString({ indentSeq: false, lineWidth: 0, singleQuote: true });
}

function remark(node: unknown, schema: JsonSchema, root: JsonSchema): void {
  const type = resolveSchema(schema, root);
  if (isSeq(node)) for (const item of node.items) remark(item, type.items ?? {}, root);
  if (!isMap(node) || type.properties === undefined) return;
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const member = type.properties[name] ?? {};
    const text = remarkOn(name, member, type, root);
    if (text !== '' && isNode(value)) setRemark(value, ` ${text}`);
    remark(value, member, root);
  }
}

/** Beside a value, or where that is a list or structure, above its first line. */
function setRemark(node: Node, text: string): void {
  if (isCollection(node)) node.commentBefore = text;
  else node.comment = text;
}

/** Words there are for the members of the input itself only. */
function remarkOn(name: string, member: JsonSchema, parent: JsonSchema, root: JsonSchema): string {
  const required = parent.required?.includes(name) ? '[REQUIRED]' : '';
  const text = parent === root ? (member.description ?? memberText(root.title ?? '', name) ?? '') : '';
  const { enum: only, examples } = resolveSchema(member, root);
  const values = (only ?? examples)?.join(', ') ?? '';
  return [required, text && `${text}.`, values && `One of: ${values}.`]
    .filter((part) => part !== '')
    .join(' ');
}
