import type { Check } from './filters.js';
import type { PlannedInstance } from './planned-instance.js';
import type { Chain, Step } from './strategies.js';
import { Tournament } from './tournament.js';
import type { PlacementRequest } from './types.js';

/** What was planned: a task more on an instance, or one less. */
export interface Change {
  instance: PlannedInstance;
  request: PlacementRequest;
  by: 1 | -1;
}

/** A value of a spread attribute: the group's tasks on all instances that have it. */
interface Share {
  tasks: number;
  cells: Cell[];
}

/** Instances that are alike in all spread attributes of the chain, so that only their own keys order them. */
interface Cell {
  place: number;
  shares: Share[];
  members: PlannedInstance[];
  contest: Tournament;
}

interface Seat {
  cell: Cell;
  place: number;
  /** Whether it passes the checks that no task can change. */
  open: boolean;
  /** How many changes had been made when it was last ranked. */
  rankedAt: number;
}

/**
 * The candidates of one request, best first, kept up with what is planned. Instances contend inside their cell by their
 * own keys, the cells' best contend by the whole chain: a task changes one instance and the cells that share a value
 * with it, few unless a chain spreads over several attributes of many values, however large the cluster is. A ranking
 * that isn't asked costs nothing: it catches up when it is.
 */
export class Ranking {
  private readonly seats: Seat[];
  private readonly cells: Cell[];
  private readonly final: Tournament;
  private readonly lasting: readonly Check[];
  private readonly keys: Float64Array;
  private seen: number;

  /** `instances` by rank; `changes` is the placer's list, which grows at its end. */
  constructor(
    instances: readonly PlannedInstance[],
    private readonly changes: readonly Change[],
    private readonly group: string,
    private readonly chain: Chain,
    checks: readonly Check[],
  ) {
    this.seen = changes.length;
    this.keys = new Float64Array(chain.steps.length);
    this.lasting = checks.filter((check) => check.dependsOnTasks);
    this.cells = cellsOf(instances, chain.steps, group);
    this.final = new Tournament(this.cells.length, chain.steps.length);
    const fixed = checks.filter((check) => !check.dependsOnTasks);
    this.seats = [];
    for (const cell of this.cells) {
      for (const [place, instance] of cell.members.entries()) {
        const open = fixed.every((check) => check.allows(instance));
        this.seats[instance.rank] = { cell, place, open, rankedAt: this.seen };
        if (open) this.rank(cell, place);
      }
      this.rankCell(cell);
    }
  }

  /** The best candidate; of equals the first, or with `random` in the chain any, for one number drawn. undefined: none. */
  pick(random: () => number): PlannedInstance | undefined {
    this.catchUp();
    if (this.final.best < 0) return undefined;
    const nth = this.chain.random ? Math.floor(random() * this.final.tied) : 0;
    const { place, rest } = this.final.pick(nth);
    const cell = this.cells[place];
    return cell?.members[cell.contest.pick(rest).place];
  }

  private catchUp(): void {
    const { changes, group, seats, seen } = this;
    if (seen === changes.length) return;
    this.seen = changes.length;
    const stale = new Set<Cell>();
    for (let at = seen; at < changes.length; at++) {
      const change = changes[at];
      const seat = change && seats[change.instance.rank];
      if (!seat) continue;
      if (change.request.group === group) recount(seat.cell, change.by, stale);
      if (!seat.open || seat.rankedAt === changes.length) continue;
      seat.rankedAt = changes.length;
      this.rank(seat.cell, seat.place);
      stale.add(seat.cell);
    }
    for (const cell of stale) this.rankCell(cell);
  }

  private rank({ members, contest }: Cell, place: number): void {
    const instance = members[place];
    if (!instance || !this.lasting.every((check) => check.allows(instance))) {
      contest.leave(place);
      return;
    }
    for (const [index, step] of this.chain.steps.entries()) {
      // Those of a shared key are the same all over the cell.
      this.keys[index] = 'own' in step ? step.own(instance) : 0;
    }
    contest.enter(place, this.keys);
  }

  private rankCell({ place, shares, contest }: Cell): void {
    if (contest.best < 0) {
      this.final.leave(place);
      return;
    }
    let share = 0;
    for (const [index, step] of this.chain.steps.entries()) {
      this.keys[index] = 'own' in step ? contest.key(contest.best, index) : (shares[share++]?.tasks ?? 0);
    }
    this.final.enter(place, this.keys, contest.tied);
  }
}

function recount(cell: Cell, by: number, stale: Set<Cell>): void {
  for (const share of cell.shares) {
    share.tasks += by;
    for (const other of share.cells) stale.add(other);
  }
}

/** In the order of their first members. */
function cellsOf(instances: readonly PlannedInstance[], steps: readonly Step[], group: string): Cell[] {
  const attributes = steps.flatMap((step) => ('shared' in step ? [step.shared] : []));
  const shares = attributes.map((attribute) => sharesOf(instances, attribute, group));
  const members = new Map<string, PlannedInstance[]>();
  for (const instance of instances) {
    const values = JSON.stringify(attributes.map((attribute) => instance.attributes.get(attribute) ?? null));
    const alike = members.get(values);
    if (alike) alike.push(instance);
    else members.set(values, [instance]);
  }
  return [...members.values()].map((alike, place) => {
    const own = shares.flatMap(
      (byValue, index) => byValue.get(alike[0]?.attributes.get(attributes[index] ?? '')) ?? [],
    );
    const cell: Cell = {
      place,
      shares: own,
      members: alike,
      contest: new Tournament(alike.length, steps.length),
    };
    for (const share of own) share.cells.push(cell);
    return cell;
  });
}

/**
 * The group's tasks by value. Instances without the attribute come after all values, so that they are used only where
 * no other can be: ECS spreads over attributes that are applied to an instance and says nothing about the rest.
 */
function sharesOf(
  instances: readonly PlannedInstance[],
  attribute: string,
  group: string,
): Map<string | undefined, Share> {
  const shares = new Map<string | undefined, Share>();
  for (const { attributes, tasksByGroup } of instances) {
    const value = attributes.get(attribute);
    const share = shares.get(value) ?? { tasks: value === undefined ? Infinity : 0, cells: [] };
    shares.set(value, share);
    share.tasks += tasksByGroup.get(group) ?? 0;
  }
  return shares;
}
