/** A URL as it may be shown: what stands for a password before "@" is left out, also where the rest makes no sense. */
export const withoutPassword = (url: string): string =>
  url.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?)([^:@/]*):(?!\/\/).*@/is, '$1$2:***@');
