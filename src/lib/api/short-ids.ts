/** The shortest beginnings, of at least 8 characters, that tell these ids from each other. */
export function shortIds(ids: readonly string[]): Map<string, string> {
  const distinct = [...new Set(ids)];
  let length = 8;
  while (length < 32 && new Set(distinct.map((id) => id.slice(0, length))).size < distinct.length) length++;
  return new Map(distinct.map((id) => [id, id.slice(0, length)]));
}
