import type { Style, Terminal } from './terminal.js';

/** How questions look: in colour and in characters beyond ASCII only where the rest of the talk is. */
export function promptTheme({ talkStyle, unicode }: Pick<Terminal, 'talkStyle' | 'unicode'>) {
  const styled = (style: Style) => (text: string) => talkStyle(style, text);
  return {
    prefix: { idle: talkStyle('blue', '?'), done: talkStyle('green', unicode ? '✔' : '+') },
    icon: { cursor: unicode ? '❯' : '>' },
    style: {
      answer: styled('cyan'),
      message: styled('bold'),
      error: (text: string) => talkStyle('red', `> ${text}`),
      defaultAnswer: (text: string) => talkStyle('dim', `(${text})`),
      // Seen without colour, too.
      confirmDefault: (text: string) => talkStyle('bold', text.toUpperCase()),
      help: styled('dim'),
      highlight: styled('cyan'),
      description: styled('dim'),
      disabled: styled('dim'),
      keysHelpTip: () => talkStyle('dim', 'arrows and Enter choose'),
    },
  };
}
