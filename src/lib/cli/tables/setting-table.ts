import { accountSettings } from '../../api/account-settings.js';
import type { Setting } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { clean } from '../terminal-text.js';
import type { Terminal } from '../terminal.js';

const columns: Column<Setting>[] = [
  { title: 'setting', of: ({ name }) => name },
  { title: 'value', of: ({ value }) => value },
  { title: 'of', of: ({ principalArn }) => principalOf(principalArn), shrinksTo: 8, leaves: 2 },
  { title: 'does here', of: ({ name }) => name && accountSettings[name].here, shrinksTo: 12, leaves: 1 },
];

export function settingTable(settings: readonly Setting[], terminal: Terminal): string {
  if (settings.length > 0) return peopleTable(columns, settings, terminal);
  return 'Nobody has changed such a setting. All as they hold: longshore list-account-settings --effective-settings\n';
}

/** `containerInsights of root is enabled.` */
export const settingText = ({ name, value, principalArn }: Setting): string =>
  `${clean(`${name} of ${principalOf(principalArn)} is ${value}`)}.\n`;

/** `root`, `user/ann`: what follows the account in an ARN. */
const principalOf = (arn = ''): string => arn.split(':').slice(5).join(':');
