import type { Metafile } from 'esbuild';
export function thirdPartyLicenses(_metafile: Metafile, _root: string): string {
  return '';
}
