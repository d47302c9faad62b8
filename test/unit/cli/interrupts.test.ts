import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Interrupts, interruptedCode } from '../../../src/lib/cli/interrupts.js';

function signals() {
  const exits: number[] = [];
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  return { source, exits, interrupts: new Interrupts(source as never) };
}

describe('interrupts', () => {
  it('the first ends the work, the second the process', () => {
    const { source, exits, interrupts } = signals();
    source.emit('SIGINT', 'SIGINT');
    expect(interrupts.signal.aborted).toBe(true);
    expect(exits).toEqual([]);
    source.emit('SIGINT', 'SIGINT');
    expect(exits).toEqual([130]);
  });

  it('a command may decide what the first one means', () => {
    const { source, interrupts } = signals();
    const heard: string[] = [];
    interrupts.intercept((by) => heard.push(by));
    source.emit('SIGTERM', 'SIGTERM');
    expect(heard).toEqual(['SIGTERM']);
    expect(interrupts.signal.aborted).toBe(false);
  });

  it('tells of each signal, but not of what a question swallowed', () => {
    const { source, interrupts } = signals();
    const heard: string[] = [];
    interrupts.onSignal = (by) => heard.push(by);
    interrupts.interrupt('SIGINT');
    source.emit('SIGTERM', 'SIGTERM');
    expect(heard).toEqual(['SIGTERM']);
  });

  it('nothing listens once it is over', () => {
    const { source, interrupts } = signals();
    interrupts.dispose();
    expect(source.listenerCount('SIGINT')).toBe(0);
  });

  it('exit codes are what shells count', () => {
    expect((['SIGHUP', 'SIGINT', 'SIGTERM'] as const).map(interruptedCode)).toEqual([129, 130, 143]);
  });
});
