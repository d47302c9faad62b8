import { styleText } from 'node:util';
import { readTerminalConfig, type TerminalConfig } from '../config.js';
import { roomIn } from './slow-reader.js';
import { processStdout } from './stdout.js';
import { hideTyping } from './typing.js';

export type Style = Parameters<typeof styleText>[0];

/** Where the answer (stdout) and the talk (stderr) go, and what those places can show. */
export interface Terminal {
  /** stdout is a terminal: the answer is made for people. */
  readonly answerToPeople: boolean;
  /** stderr is a terminal: progress may move, and questions may be asked if `canAsk`. */
  readonly talkToPeople: boolean;
  /** stdin is a terminal too: somebody can answer. */
  readonly canAsk: boolean;
  /** Characters in a line of stdout, or of stderr where only that one is a terminal. */
  width(): number;
  rows(): number;
  /** … instead of ... */
  readonly unicode: boolean;
  /** Writes to stdout; does nothing once its reader has gone. */
  print(text: string): void;
  /** Writes to stderr. */
  talk(text: string): void;
  /**
   * What is typed doesn't show among moving lines until the returned function is called, and is there for who reads next;
   * `onStop` comes before the process is stopped. Only where the terminal is all ours.
   */
  hideTyping(onStop: () => void): () => void;
  /** Resolves when readers that are slower than we are have caught up; undefined where none is behind. */
  readersCaughtUp(): Promise<unknown> | undefined;
  /** Colours text that goes to stdout, where that is wanted. */
  style(style: Style, text: string): string;
  /** As `style`, for stderr. */
  talkStyle(style: Style, text: string): string;
  /** Called when stdout's reader has gone, as in `| head`. */
  onReaderGone(listener: () => void): void;
}

/** The process's own streams. `color` is what --color says. */
export function processTerminal(
  color: 'on' | 'off' | 'auto' = 'auto',
  config = readTerminalConfig(),
): Terminal {
  const { stdout, stderr, stdin } = process;
  const output = processStdout();
  stderr.on('error', ignore);
  const styler = (tty: boolean) => (style: Style, text: string) =>
    wantsColor(color, tty, config) ? styleText(style, text, { validateStream: false }) : text;
  return {
    answerToPeople: stdout.isTTY === true,
    talkToPeople: stderr.isTTY === true && config.term !== 'dumb',
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    width: () => (stdout.isTTY ? stdout.columns : stderr.columns) || config.columns || 80,
    rows: () => stderr.rows || 24,
    unicode: config.unicode,
    print: output.write,
    talk: (text) => void stderr.write(text),
    // A pager that reads stdout has the terminal in a mode of its own.
    hideTyping: (onStop) =>
      stdin.isTTY && stdout.isTTY && stderr.isTTY ? hideTyping(stdin, onStop) : ignore,
    readersCaughtUp: () => roomIn(stdout) ?? roomIn(stderr),
    style: styler(stdout.isTTY === true),
    talkStyle: styler(stderr.isTTY === true),
    onReaderGone: output.onGone,
  };
}

function wantsColor(color: 'on' | 'off' | 'auto', tty: boolean, config: TerminalConfig): boolean {
  if (color !== 'auto') return color === 'on';
  return config.color ?? (tty && config.term !== 'dumb');
}

const ignore = () => undefined;
