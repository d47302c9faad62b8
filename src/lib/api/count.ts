/** `1 task`, `2 tasks`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `1 task is`, `2 tasks are`. */
export const tasksAre = (n: number): string => `${count(n, 'task')} ${n === 1 ? 'is' : 'are'}`;
