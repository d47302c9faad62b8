import { Command } from '@oclif/core/command';
import { shorten } from '../api/shorten.js';
import { barePath } from './arguments.js';
import { EXIT } from './exit-codes.js';
import type { CliFlags } from './flag.js';
import { forOclif } from './flag.js';
import { globalFlags } from './globals.js';
import { interruptedCode } from './interrupts.js';
import { folded } from './folding.js';
import { isAbandonedPrompt } from './prompts.js';
import { type RenderedError, renderError } from './render-error.js';
import { type Environment, processEnvironment, Session } from './session.js';
import { clean, cleanLines } from './terminal-text.js';
import { processTerminal, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Milliseconds after which an end that takes longer is explained. */
const PATIENCE = 1000;

/** What all commands share: words in, `answer` in between, errors and the exit code out. */
export abstract class LongshoreCommand extends Command {
  static override baseFlags = forOclif(globalFlags);

  /** Tests set their own. */
  environment: Environment = processEnvironment;
  /** The ECS operation behind the verb, where it is one. */
  protected readonly operation: string | undefined;
  /** Which words may stand beside the flags: none, those after `--`, or any. */
  protected readonly words: 'flags' | 'command' | 'any' = 'flags';
  /** Exit code of a failure that isn't the answer itself. */
  protected failureCode: number | undefined;

  /** Does it and gives the exit code. May throw what `renderError` knows. */
  protected abstract answer(session: Session): Promise<number>;

  override async run(): Promise<void> {
    this.parsed = true; // by our own parser
    let session: Session | undefined;
    try {
      session = new Session(this.argv, this.cliFlags(), this.environment);
      this.refuseStrayWords(session);
      await session.prepare();
      tellOfIgnored(session);
      process.exitCode = await this.answerOrEnd(session);
    } catch (error) {
      process.exitCode = this.fail(error, session);
    } finally {
      await session?.close();
    }
  }

  /** A verb that only looks ends as soon as it is interrupted; one that changes something first puts things in order. */
  private async answerOrEnd(session: Session): Promise<number> {
    const { interrupts, progress } = session;
    const onlyLooks = /^(List|Describe|Doctor)/.test(this.operation ?? '');
    const ended = new Promise<never>((_, reject) => {
      interrupts.signal.addEventListener('abort', () => {
        if (onlyLooks) reject(interrupts.signal.reason as Error);
        else
          setTimeout(
            () => progress.talk('putting things in order; again to leave at once'),
            PATIENCE,
          ).unref();
      });
    });
    const code = await Promise.race([this.answer(session), ended]);
    return interrupts.signal.aborted && interrupts.by !== undefined ? interruptedCode(interrupts.by) : code;
  }

  /** This command's flags and the global ones. */
  protected cliFlags(): CliFlags {
    const { flags, baseFlags } = this.ctor;
    return { ...(baseFlags as unknown as CliFlags), ...(flags as unknown as CliFlags) };
  }

  private refuseStrayWords({ words }: Session): void {
    const stray =
      this.words === 'any'
        ? []
        : this.words === 'command'
          ? words.loose
          : [...words.loose, ...(words.passed ?? [])];
    if (stray[0] !== undefined)
      throw strayWord(stray[0], this.ctor.flags as unknown as CliFlags, (name) => words.given.has(name));
  }

  private fail(error: unknown, session: Session | undefined): number {
    session?.progress.end();
    const terminal = session?.terminal ?? this.environment.terminal('auto');
    if (session?.interrupts.by !== undefined || isAbandonedPrompt(error)) {
      terminal.talk('interrupted\n');
      return interruptedCode(session?.interrupts.by ?? 'SIGINT');
    }
    const rendered = renderError(error, {
      operation: this.operation,
      verb: this.id?.replaceAll(':', ' '),
      toPeople: session?.toPeople ?? terminal.answerToPeople,
    });
    tellError(rendered, error, terminal, session?.options.debug ?? this.argv.includes('--debug'));
    return rendered.code === EXIT.usage ? rendered.code : (this.failureCode ?? rendered.code);
  }
}

/** Writes an error to stderr: what happened, then what to do. */
export function tellError(rendered: RenderedError, error: unknown, terminal: Terminal, debug: boolean): void {
  const say = (text: string) => terminal.talk(`${folded(text, terminal)}\n`);
  say(terminal.talkStyle('red', cleanLines(rendered.message)));
  if (rendered.remedy !== undefined) say(cleanLines(rendered.remedy));
  if (!debug) return;
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    terminal.talk(`${cleanLines(at.stack ?? at.message)}\n`);
}

/** For errors before a command is known. */
export function failWithout(error: unknown, argv: readonly string[]): number {
  const terminal = processTerminal();
  const rendered = renderError(error, { toPeople: terminal.answerToPeople });
  tellError(rendered, error, terminal, argv.includes('--debug'));
  return rendered.code;
}

function tellOfIgnored({ words, progress }: Session): void {
  if (words.given.has('profile')) {
    progress.onEvent({ type: 'note', message: '--profile says nothing here: there are no AWS accounts' });
  }
  for (const name of words.repeated) {
    progress.onEvent({
      type: 'note',
      message: `--${name} is given twice; the last one counts, as with the AWS CLI`,
    });
  }
}

/** What a word without a flag mostly is, where none has to be given. */
const LIKELY = ['tasks', 'cluster', 'clusters', 'cluster-name', 'family-prefix'];

function strayWord(word: string, flags: CliFlags, isGiven: (flag: string) => boolean): UsageError {
  const [likely] =
    Object.entries(flags).find(([, flag]) => flag.type === 'option' && flag.required) ??
    LIKELY.filter((name) => flags[name] !== undefined);
  const shown = shorten(clean(word));
  if (/\.(json|ya?ml)$/i.test(word)) {
    const meant = flags['hosts-file']
      ? '--hosts-file '
      : flags['cli-input-json'] && '--cli-input-json file://';
    if (meant)
      return new UsageError(`"${shown}" belongs to no flag`, `Did you mean ${meant}${barePath(shown)}?`);
  }
  const remedy =
    likely && (isGiven(likely) ? `--${likely} takes one value.` : `Did you mean --${likely} ${shown}?`);
  return new UsageError(`"${shown}" belongs to no flag`, remedy);
}
