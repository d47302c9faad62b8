import type { Model, TaskRow } from './model.js';

/** How the user looks at it. Pure. */
export interface ViewState {
  sort: Sort;
  filter: string;
  /** The filter is being typed. */
  typing: boolean;
  help: boolean;
  /** Id of the chosen task; undefined: the first. */
  chosen: string | undefined;
}

export type Sort = 'cpu' | 'memory' | 'name' | 'host' | 'age';

export const START: ViewState = { sort: 'cpu', filter: '', typing: false, help: false, chosen: undefined };

/** Something to do beside what is shown. */
export type Wish = 'leave' | 'logs' | undefined;

const SORTS: Readonly<Record<string, Sort>> = { c: 'cpu', m: 'memory', n: 'name', h: 'host', a: 'age' };

/** Tasks that PgUp and PgDn go past. */
const PAGE = 10;

/** What a key (see keys.ts) does; `rows` are the tasks as they are shown. */
export function pressed(
  state: ViewState,
  key: string,
  rows: readonly TaskRow[],
): { state: ViewState; wish?: Wish } {
  if (key === 'C-c') return { state, wish: 'leave' };
  if (state.typing) return { state: typed(state, key) };
  if (state.help) return { state: { ...state, help: false } };
  const sort = SORTS[key];
  if (sort !== undefined) return { state: { ...state, sort } };
  switch (key) {
    case 'q':
      return { state, wish: 'leave' };
    case '?':
      return { state: { ...state, help: true } };
    case '/':
      return { state: { ...state, typing: true } };
    case 'escape':
      return { state: { ...state, filter: '' } };
    case 'up':
    case 'k':
      return { state: moved(state, rows, -1) };
    case 'down':
    case 'j':
      return { state: moved(state, rows, 1) };
    case 'pageup':
      return { state: moved(state, rows, -PAGE) };
    case 'pagedown':
      return { state: moved(state, rows, PAGE) };
    case 'home':
      return { state: moved(state, rows, -rows.length) };
    case 'end':
      return { state: moved(state, rows, rows.length) };
    case 'return':
    case 'l':
      return rows.length === 0 ? { state } : { state, wish: 'logs' };
    default:
      return { state };
  }
}

function typed(state: ViewState, key: string): ViewState {
  if (key === 'return') return { ...state, typing: false };
  if (key === 'escape') return { ...state, typing: false, filter: '' };
  if (key === 'backspace') return { ...state, filter: [...state.filter].slice(0, -1).join('') };
  // What a key is called is longer than a character.
  return /^[\x20-\x7e\u{a0}-\u{10ffff}]$/u.test(key) ? { ...state, filter: `${state.filter}${key}` } : state;
}

function moved(state: ViewState, rows: readonly TaskRow[], by: number): ViewState {
  const at = chosenAt(state, rows);
  return { ...state, chosen: rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.id };
}

/** Where the chosen task is among those shown. */
export const chosenAt = ({ chosen }: ViewState, rows: readonly TaskRow[]): number =>
  Math.max(
    0,
    rows.findIndex(({ id }) => id === chosen),
  );

const orders: Readonly<Record<Sort, (a: TaskRow, b: TaskRow) => number>> = {
  cpu: (a, b) => (b.cpu ?? -1) - (a.cpu ?? -1),
  memory: (a, b) => (b.memory ?? -1) - (a.memory ?? -1),
  name: (a, b) => a.name.localeCompare(b.name),
  host: (a, b) => a.host.localeCompare(b.host),
  age: (a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0),
};

/** The tasks that the filter leaves, in order; those that are equal by their ids, so that nothing jumps. */
export function shownTasks({ tasks }: Model, { sort, filter }: ViewState): TaskRow[] {
  const words = wordsOf(filter);
  const text = (task: TaskRow) =>
    [task.id, task.name, task.taskDefinition, task.host, task.state].join(' ').toLowerCase();
  return tasks
    .filter((task) => words.every((word) => text(task).includes(word)))
    .sort((a, b) => orders[sort](a, b) || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

/**
 * The services that the filter leaves, by their names or their tasks. There is room for a few: those that lack something stand
 * first.
 */
export function shownServices(model: Model, state: ViewState): Model['services'] {
  const words = wordsOf(state.filter);
  const ofTasks = new Set(words.length > 0 ? shownTasks(model, state).map(({ name }) => name) : []);
  const isMeant = (name: string) =>
    ofTasks.has(name) || words.every((word) => name.toLowerCase().includes(word));
  return model.services
    .filter(({ serviceName }) => isMeant(serviceName))
    .sort(
      (a, b) =>
        urgencyOf(b) - urgencyOf(a) || a.serviceName.localeCompare(b.serviceName, 'en', { numeric: true }),
    );
}

function urgencyOf({ rolloutState, runningCount, desiredCount }: Model['services'][number]): number {
  if (rolloutState === 'FAILED') return 2;
  return runningCount < desiredCount ? 1 : 0;
}

const wordsOf = (filter: string): string[] => filter.toLowerCase().split(' ').filter(Boolean);
