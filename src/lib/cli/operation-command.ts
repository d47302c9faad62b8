import {
  type OperationInput,
  type OperationName,
  type OperationOutput,
  Operations,
} from '../api/operations.js';
import { loadOutputSchema, loadSchema } from '../api/schema.js';
import { LongshoreCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { failuresCode } from './failures.js';
import { type CliFlags, forOclif } from './flag.js';
import { operationFlags } from './globals.js';
import { asObject, buildInput } from './input.js';
import { memberFlags } from './member-flags.js';
import { callPages } from './pages.js';
import { pagingFlags } from './paging.js';
import { withinWidth } from './folding.js';
import type { Session } from './session.js';
import { inputSkeleton, outputSkeleton } from './skeleton.js';
import { UsageError } from './usage-error.js';
import { textOf } from './words.js';

/**
 * The class of a verb that is one operation of ECS: its flags come from the operation's schema, its answer is the
 * operation's output. A command adds its examples, and how people want to see the answer.
 */
export function operationCommand<K extends OperationName>(operation: K, ownFlags: CliFlags = {}) {
  abstract class OperationCommand extends LongshoreCommand {
    static override summary: string = Operations[operation].summary;
    static override flags = forOclif({
      ...memberFlags(loadSchema(operation)),
      ...ownFlags,
      ...('pages' in Operations[operation] && pagingFlags),
      ...operationFlags,
    });
    protected override readonly operation = operation;

    /** The answer for people on a terminal. By default the same as off it. */
    protected people?(
      output: OperationOutput<K>,
      session: Session,
      input: OperationInput<K>,
    ): string | Promise<string>;

    protected override async answer(session: Session): Promise<number> {
      const skeleton = textOf(session.words, 'generate-cli-skeleton');
      if (skeleton !== undefined && skeleton !== 'output') return this.printInputSkeleton(skeleton, session);
      const input = await buildInput(
        loadSchema(operation),
        this.cliFlags(),
        session.words,
        (document, source) => this.cleanDocument(document, source, session),
        this.defaults(session),
      );
      if (skeleton === 'output') return this.printOutputSkeleton(session);
      return this.carryOut(input as OperationInput<K>, session);
    }

    /** What becomes of an input document before flags change it. Throws UsageError, DocumentError. */
    protected cleanDocument(document: unknown, source: string, _session: Session): Record<string, unknown> {
      return asObject(document, source);
    }

    /** Members of the input where neither document nor flags give them. */
    protected defaults(_session: Session): Record<string, unknown> {
      return {};
    }

    /** Calls the engine, shows the answer, gives the exit code. */
    protected async carryOut(input: OperationInput<K>, session: Session): Promise<number> {
      const output = await callPages(await session.engine(), operation, input, session.words);
      await this.show(output, session, input);
      return session.progress.failedHosts.size > 0 ? EXIT.partly : failuresCode(operation, output);
    }

    protected async show(
      output: OperationOutput<K>,
      session: Session,
      input: OperationInput<K>,
    ): Promise<void> {
      if (!session.toPeople || !this.people) return session.printAnswer(output, operation);
      const shown = await this.people(output, session, input);
      session.progress.print(withinWidth(shown, session.terminal.width()));
      const { NextToken: token } = output as { NextToken?: string };
      if (token !== undefined) session.progress.talk(`there are more: --starting-token ${token}`);
    }

    /** In the form that --cli-input-json or --cli-input-yaml takes, whatever --output says. */
    private async printInputSkeleton(form: string, session: Session): Promise<number> {
      const schema = loadSchema(operation);
      const text =
        form === 'yaml-input'
          ? (await import('./skeleton-yaml.js')).yamlSkeleton(schema)
          : `${JSON.stringify(inputSkeleton(schema), undefined, 4)}\n`;
      session.progress.print(text);
      return EXIT.done;
    }

    /** As if this were the answer; the input has been looked at. */
    private async printOutputSkeleton(session: Session): Promise<number> {
      const schema = loadOutputSchema(operation);
      if (!schema)
        throw new UsageError(`--generate-cli-skeleton output: ${operation} is no operation of ECS`);
      await session.printAnswer(outputSkeleton(schema) as object, operation);
      return EXIT.done;
    }
  }
  return OperationCommand;
}
