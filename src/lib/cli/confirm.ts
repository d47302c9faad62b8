import { type CliFlags, switchFlag } from './flag.js';
import type { Session } from './session.js';
import { UsageError } from './usage-error.js';

/** Of verbs that may destroy more than the one thing that they name. */
export const yesFlag: CliFlags = {
  yes: switchFlag('Do it without asking whether it is meant', { helpGroup: 'longshore', char: 'y' }),
};

const saidYes = ({ words }: Session): boolean => words.given.get('yes') === true;

/**
 * Whether somebody means it: --yes says so, else who is at the terminal is asked. `question` says what would be
 * destroyed, in numbers; undefined where it is no more than what was named. Throws UsageError where nobody can be asked.
 */
export async function isMeant(
  session: Session,
  question: () => Promise<string | undefined>,
): Promise<boolean> {
  if (saidYes(session)) return true;
  if (session.questions === undefined)
    throw new UsageError('nobody can be asked here whether it is meant', 'Add --yes.');
  return isMeantIfAsked(session, question);
}

/** As isMeant, for verbs of ECS: where nobody can be asked it is done, as scripts for `aws ecs` expect. */
export async function isMeantIfAsked(
  session: Session,
  question: () => Promise<string | undefined>,
): Promise<boolean> {
  if (saidYes(session) || session.questions === undefined) return true;
  const asked = await question();
  if (asked === undefined || (await session.questions.confirm(asked))) return true;
  session.progress.talk('Nothing was changed.');
  return false;
}
