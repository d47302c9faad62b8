/** A structure or map in shorthand; `commas`: lists of texts as `k=a,b`, and every text in quotes. */
export const shorthand = (value: object, commas: boolean): string =>
  Object.entries(value)
    .map(
      ([key, member]) =>
        `${key}=${commas && isTextList(member) ? member.map(quoted).join(',') : inner(member, commas)}`,
    )
    .join(commas ? ' , ' : ',');

function inner(value: unknown, quotes: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => inner(item, quotes)).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}=${inner(member, quotes)}`)
      .join(', ')}}`;
  return quotes && typeof value === 'string' ? quoted(value) : String(value);
}

/** In one sort of quotes or the other. */
function quoted(text: string): string {
  const quote = text.length % 2 === 0 ? '"' : "'";
  return `${quote}${text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`;
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 1 && value.every((item) => typeof item === 'string');
