/** `a, b, c and 7 more`: a list for a sentence that stays short on a large cluster. */
export function few(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
