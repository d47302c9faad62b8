/** The members of a JSON text, by their names or places; undefined where it is no object and no list, or no JSON. */
export function jsonMembers(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
