import { Document, Scalar, visit } from 'yaml';

/**
 * YAML in the style of the AWS CLI: keys in the order of their names, lists not indented, text in single quotes where
 * it could be read as something else by any version of YAML. Long texts stay on one line, which `grep` can find.
 */
export function formatYaml(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return `${JSON.stringify(answer)}\n`;
  const document = new Document(answer, { sortMapEntries: true, aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && mustBeQuoted(node.value)) node.type = Scalar.QUOTE_SINGLE;
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0, singleQuote: true });
}

/**
 * Beside what the package quotes: what YAML 1.1 takes for a date, a number or a sign of its own, and several lines;
 * and what it would put in double quotes.
 */
const mustBeQuoted = (text: string): boolean =>
  /^\d{4}-\d\d?-\d\d?(?:$|[Tt ])|^[-+]?0b[01_]+$|^[-+]?\d[\d_]*$|^(?:=|<<)$|^(?:---|\.\.\.)(?: |$)|\n/.test(
    text,
  ) ||
  (text.includes("'") && /: |:$| #|^[-?:,[\]{}#&*!|>'"%@`]/.test(text));
