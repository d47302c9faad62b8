import { clean } from './terminal-text.js';

/** ` --cluster NAME` in a command that is told; nothing where the command is of the default cluster anyhow. */
export const clusterFlag = (cluster: string | undefined): string =>
  cluster === undefined || cluster === 'default' ? '' : ` --cluster ${clean(cluster)}`;
